// Which of the given entities exist (for those that a batch only refers to). $ids. Returns one row: known, retired (lists of ids).
UNWIND $ids AS id
MATCH (n:Entity {id: id})
RETURN collect(n.id) AS known, [x IN collect(CASE WHEN n.seq_to IS NOT NULL THEN n.id END) | x] AS retired
