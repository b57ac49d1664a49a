// What entities in view are called, in force or not: those that went have a name as well. Parameters: $ids, $compartments.
// Returns: id, caption, source, type, there (whether it is in force).
UNWIND $ids AS id
MATCH (n:Entity {id: id})
WHERE n.compartment IN $compartments
RETURN n.id AS id, coalesce(n.caption, n.id) AS caption, n.source AS source, n.type AS type, n.seq_to IS NULL AS there
