// How much batches after $after have touched, without reading it. Returns one row: ids (how many, at most), by_hand (whether one of them
// can't be told).
MATCH (b:Batch)
WHERE b.seq > $after
RETURN sum(size(coalesce(b.added, [])) + size(coalesce(b.retired, [])) + size(coalesce(b.changed, []))) AS ids,
  coalesce(any(one IN collect(b.by_hand) WHERE one), false) AS by_hand
