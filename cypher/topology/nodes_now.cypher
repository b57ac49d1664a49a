// Entities by id, as they are. Returns: id, node (internal number), compartment (null: retired), type.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
RETURN n.id AS id, id(n) AS node, CASE WHEN n.seq_to IS NULL THEN n.compartment END AS compartment, n.type AS type
