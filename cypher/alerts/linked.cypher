// What these entities are linked with, whatever the compartments. $ids; $among: others than these do not matter (null: all do).
// Returns: id, others.
UNWIND $ids AS id
MATCH (n:Entity {id: id})-[r:!SAME_AS&!POSSIBLY_SAME]-(m:Entity)
WHERE r.seq_to IS NULL AND ($among IS NULL OR m.id IN $among)
RETURN n.id AS id, collect(DISTINCT m.id) AS others
