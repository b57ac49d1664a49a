// Keeps a lease for another $ms milliseconds, if it is still the run's own. $job, $run, $ms.
// Returns one row: held, cancelled_by (who asked for the end of the run, or null).
OPTIONAL MATCH (l:JobLease {job: $job, run: $run})
FOREACH (one IN CASE WHEN l IS NULL THEN [] ELSE [1] END | SET l.until = timestamp() + $ms)
WITH l IS NOT NULL AS held
OPTIONAL MATCH (r:JobRun {id: $run})
RETURN held, r.cancelled_by AS cancelled_by
