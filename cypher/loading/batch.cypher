// The feed: one node per batch that changed something. $seq, $load, $at, $added, $retired (ids of entities, links, decisions).
// Its source counts it: answers tell by that count whether what they rest on has changed.
CREATE (:Batch {seq: $seq, load: $load, at: $at, added: $added, retired: $retired, changed: $changed})
WITH split($load, '/')[0] AS source
MATCH (s:Source {id: source})
SET s.batches = coalesce(s.batches, 0) + 1
