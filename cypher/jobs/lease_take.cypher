// Takes the lease of a job for $ms milliseconds, if nobody holds it: writing to the node first keeps everybody else waiting who asks for it,
// and times are the database's, whatever the clocks of workers say.
// Parameters: $job, $run who takes it, $ms; $fire the scheduled time that the run is of, or null: if one of that time has ended, it is not taken.
// Returns one row: taken, run (who holds it now, or held it last), fired (the last scheduled time whose run has ended, or null).
MERGE (l:JobLease {job: $job})
SET l.asked_at = timestamp()
WITH l, coalesce(l.until, 0) < timestamp() AND ($fire IS NULL OR coalesce(l.fired, '') < $fire) AS free
FOREACH (one IN CASE WHEN free THEN [1] ELSE [] END | SET l.run = $run, l.until = timestamp() + $ms)
RETURN free AS taken, l.run AS run, l.fired AS fired
