// Anomalies of a run on compartments that are all in view.
// Parameters: $run a run, or null: the last finished one, of $job or (null) of any job; $kinds or null: all; $entity that it is about, or
//   null; $fresh whether only those that no run before it had; $after how many to pass over, $limit; $compartments.
// Returns at most one row: run (properties), total, anomalies (list of {id, first, told}).
MATCH (r:JobRun {kind: 'trends', status: 'finished'})
WHERE ($run IS NULL OR r.id = $run) AND ($job IS NULL OR r.job = $job) AND all(c IN r.compartments WHERE c IN $compartments)
WITH r ORDER BY r.started_at DESC, r.id LIMIT 1
CALL (r) {
  MATCH (c:Anomaly {run: r.id})
  WHERE ($kinds IS NULL OR c.kind IN $kinds) AND ($entity IS NULL OR $entity IN c.entities) AND (NOT $fresh OR c.first = r.id)
  WITH c ORDER BY c.number
  RETURN collect(c {.id, .first, .told}) AS fitting
}
RETURN properties(r) AS run, size(fitting) AS total, fitting[$after..$after + $limit] AS anomalies
