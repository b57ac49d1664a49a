// Which of the given entities have a link in force (same-as is none). $ids. Returns: id.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
WHERE EXISTS { (n)-[r]-() WHERE r.seq_to IS NULL AND NOT r:SAME_AS AND NOT r:POSSIBLY_SAME }
RETURN n.id AS id
