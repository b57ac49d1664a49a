// The last batch that was written by a time. $at. Returns one row: seq (0: none).
OPTIONAL MATCH (b:Batch)
WHERE b.at <= $at
WITH b ORDER BY b.seq DESC LIMIT 1
RETURN coalesce(b.seq, 0) AS seq
