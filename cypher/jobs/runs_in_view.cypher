// Runs of jobs on compartments that are all in view, newest first: what a run says tells of everything that it saw. One that has seen
// nothing (refused, or only just begun) tells of what its job names, and is for who runs it.
// Parameters: $id a run or null: all; $job or null: of all jobs; $user who asks; $limit, $compartments.
// Returns: run (properties), held (whether it holds the lease of its job: it goes on).
MATCH (r:JobRun)
WHERE ($id IS NULL OR r.id = $id) AND ($job IS NULL OR r.job = $job) AND all(c IN r.compartments WHERE c IN $compartments)
  AND (size(r.compartments) > 0 OR r.by = $user)
WITH r ORDER BY r.started_at DESC, r.id LIMIT $limit
OPTIONAL MATCH (l:JobLease {job: r.job, run: r.id})
RETURN properties(r) AS run, coalesce(l.until, 0) >= timestamp() AS held
ORDER BY r.started_at DESC, r.id
