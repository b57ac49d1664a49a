// Decisions that hold again, where both ends are in force. $ids, $seq; <<type>>. Returns: id.
UNWIND $ids AS id
MATCH (a)-[r:<<type>> {id: id}]->(b)
USING INDEX SEEK r:<<type>>(id)
WHERE r.seq_to IS NOT NULL AND a.seq_to IS NULL AND b.seq_to IS NULL
SET r.seq_history = coalesce(r.seq_history, []) + [r.seq_from, r.seq_to], r.seq_from = $seq, r.seq_to = null
RETURN r.id AS id
