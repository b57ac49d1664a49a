// What batches after $after have touched, but for those of the run $run. Returns a row a batch: ids, by_hand (whether it can't be told).
MATCH (b:Batch)
WHERE b.seq > $after AND coalesce(b.run, '') <> $run
RETURN coalesce(b.added, []) + coalesce(b.retired, []) + coalesce(b.changed, []) AS ids, coalesce(b.by_hand, false) AS by_hand
ORDER BY b.seq
