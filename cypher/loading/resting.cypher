// Decisions of resolution that rest on what this transaction has retired end. $ids entities that it has worked out anew, $records ids of
// records that it has retired, $seq. A decision with an end that is retired ends as well. Returns: id.
UNWIND $ids AS id
MATCH (n:Entity {id: id})-[r:SAME_AS|POSSIBLY_SAME]-(m:Entity)
WHERE r.method = 'resolution' AND r.seq_to IS NULL
  AND (n.seq_to IS NOT NULL OR m.seq_to IS NOT NULL OR any(record IN r.records WHERE record IN $records))
WITH DISTINCT r
SET r.seq_to = $seq
RETURN r.id AS id
