// Entities in view by internal numbers. Parameters: $nodes, $compartments. Returns: node, id, type.
UNWIND $nodes AS node
MATCH (n) WHERE id(n) = node AND n:Entity
  AND n.compartment IN $compartments
RETURN node, n.id AS id, n.type AS type
