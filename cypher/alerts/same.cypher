// Which entities are stated to be the same as these, whatever their compartments. $ids. Returns: id, others.
UNWIND $ids AS id
MATCH (n:Entity {id: id})-[r:SAME_AS]-(m:Entity)
WHERE r.seq_to IS NULL
RETURN n.id AS id, collect(DISTINCT m.id) AS others
