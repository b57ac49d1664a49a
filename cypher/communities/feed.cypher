// What batches after $after and until $until have touched: ids of entities, links and statements, whatever their compartments.
// Returns a row a batch, in order: came (added or retired), changed, by_hand (whether it can't be told).
MATCH (b:Batch)
WHERE b.seq > $after AND b.seq <= $until
RETURN coalesce(b.added, []) + coalesce(b.retired, []) AS came, coalesce(b.changed, []) AS changed, coalesce(b.by_hand, false) AS by_hand
ORDER BY b.seq
