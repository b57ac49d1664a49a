// The feed: one node per batch that changed something. $seq, $load, $at, $added, $retired (ids of entities, links, decisions).
CREATE (:Batch {seq: $seq, load: $load, at: $at, added: $added, retired: $retired, changed: $changed})
