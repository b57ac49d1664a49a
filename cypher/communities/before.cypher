// The last finished run of a job that is all in view, with its communities. Parameters: $job, $compartments.
// Returns at most one row: run (properties).
MATCH (r:JobRun {job: $job, kind: 'communities', status: 'finished'})
WHERE all(c IN r.compartments WHERE c IN $compartments)
RETURN properties(r) AS run
ORDER BY r.started_at DESC, r.id LIMIT 1
