// Asks for a run of a job as soon as a worker is free: at most one is waited for, since one makes up for all. $job, $now.
// Returns one row: wanted (the time that the run is of), run (that runs now, or null).
MERGE (l:JobLease {job: $job})
SET l.since = coalesce(l.since, $now),
  l.wanted = CASE WHEN coalesce(l.wanted, '') > coalesce(l.fired, '') THEN l.wanted ELSE $now END
RETURN l.wanted AS wanted, CASE WHEN coalesce(l.until, 0) >= timestamp() THEN l.run END AS run
