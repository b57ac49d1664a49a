// Runs of a job that say they go on and are not the one that holds its lease: they were killed. Notes that. $job, $run. Returns: id.
MATCH (r:JobRun {job: $job})
WHERE r.status = 'running' AND r.id <> $run
SET r.status = 'interrupted'
RETURN r.id AS id
