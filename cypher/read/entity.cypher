// Entities by id, those in view and in force.
// Parameters: $ids, $compartments. Returns: entity (properties).
UNWIND $ids AS id
MATCH (n:Entity {id: id})
WHERE n.compartment IN $compartments AND n.seq_to IS NULL
RETURN properties(n) AS entity
