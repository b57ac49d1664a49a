// Gives a lease back, if it is still the run's own; $fire (or null) is the scheduled time that is done with now. $job, $run, $fire.
MATCH (l:JobLease {job: $job, run: $run})
SET l.until = 0, l.fired = coalesce($fire, l.fired)
