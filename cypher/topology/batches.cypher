// What batches after $after have touched. Returns a row a batch, in order: seq, at, ids (null: it can't be told).
MATCH (b:Batch)
WHERE b.seq > $after
RETURN b.seq AS seq, b.at AS at,
  CASE WHEN b.by_hand THEN null ELSE coalesce(b.added, []) + coalesce(b.retired, []) + coalesce(b.changed, []) END AS ids
ORDER BY seq
