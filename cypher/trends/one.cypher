// One anomaly, as a run on compartments that are all in view has it. Parameters: $id, $run a run or null: the last finished one that has
// it, $compartments. Returns at most one row: run (properties), anomaly {id, first, told}.
MATCH (c:Anomaly {id: $id})
WHERE $run IS NULL OR c.run = $run
MATCH (r:JobRun {id: c.run, status: 'finished'})
WHERE all(one IN r.compartments WHERE one IN $compartments)
RETURN properties(r) AS run, c {.id, .first, .told} AS anomaly
ORDER BY r.started_at DESC, r.id LIMIT 1
