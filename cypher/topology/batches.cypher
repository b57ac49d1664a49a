// What batches after $after have touched. Returns a row a batch, in order: seq, at, ids.
MATCH (b:Batch)
WHERE b.seq > $after
RETURN b.seq AS seq, b.at AS at, coalesce(b.added, []) + coalesce(b.retired, []) + coalesce(b.changed, []) AS ids
ORDER BY seq
