// Decisions that hold no more. $ids, $seq; <<type>>. Returns: id.
UNWIND $ids AS id
MATCH ()-[r:<<type>> {id: id}]->()
USING INDEX SEEK r:<<type>>(id)
WHERE r.seq_to IS NULL
SET r.seq_to = $seq
RETURN r.id AS id
