// How jobs stand: no case data. $jobs names, $now the time that a job counts from which is seen for the first time.
// Returns: job, since (when it was seen first), fired (the last scheduled time whose run has ended, or null), run (that runs now, or null),
//   wanted (when somebody asked for a run that has not ended yet, or null).
UNWIND $jobs AS job
MERGE (l:JobLease {job: job})
SET l.since = coalesce(l.since, $now)
RETURN l.job AS job, l.since AS since, l.fired AS fired, CASE WHEN coalesce(l.until, 0) >= timestamp() THEN l.run END AS run,
  CASE WHEN l.wanted > coalesce(l.fired, '') THEN l.wanted END AS wanted
