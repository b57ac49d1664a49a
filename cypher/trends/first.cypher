// Which anomalies earlier runs of a job on compartments that are all in view found first. Parameters: $job, $compartments.
// Returns: id, first (the run that found it first).
MATCH (r:JobRun {job: $job, kind: 'trends', status: 'finished'})
WHERE all(c IN r.compartments WHERE c IN $compartments)
WITH r ORDER BY r.started_at, r.id
MATCH (c:Anomaly {run: r.id})
RETURN c.id AS id, head(collect(c.first)) AS first
ORDER BY id
