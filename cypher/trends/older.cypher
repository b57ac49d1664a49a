// Runs of a job that still have their anomalies or counts, besides the newest $keep. $job, $keep. Returns: run.
MATCH (r:JobRun {job: $job, status: 'finished'})
WITH r ORDER BY r.started_at DESC SKIP $keep
WHERE EXISTS { MATCH (c:Anomaly|Trend {run: r.id}) }
RETURN r.id AS run
