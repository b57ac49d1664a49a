// The end of a run, for whoever holds its lease still. $id, $job, $set. Returns one row: ended.
MATCH (r:JobRun {id: $id})
OPTIONAL MATCH (l:JobLease {job: $job, run: $id})
SET l.asked_at = timestamp()
FOREACH (one IN CASE WHEN l IS NULL THEN [] ELSE [1] END | SET r += $set)
RETURN l IS NOT NULL AS ended
