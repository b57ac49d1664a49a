// What a run has changed, the last first. $run. Returns: added, retired (ids of decisions).
MATCH (b:Batch {run: $run})
RETURN b.added AS added, b.retired AS retired
ORDER BY b.seq DESC
