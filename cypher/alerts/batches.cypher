// The next batches after $after, in order, at most $most. Returns: seq, at, load, run, added, retired, changed (ids), by_hand.
MATCH (b:Batch)
WHERE b.seq > $after
RETURN b.seq AS seq, b.at AS at, b.load AS load, b.run AS run, coalesce(b.added, []) AS added, coalesce(b.retired, []) AS retired,
  coalesce(b.changed, []) AS changed, coalesce(b.by_hand, false) AS by_hand
ORDER BY seq
LIMIT $most
