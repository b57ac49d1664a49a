// One community, as a run on compartments that are all in view has it. Parameters: $id, $run a run or null: the last finished one that has it,
//   $compartments. Returns at most one row: run (properties), community (properties).
MATCH (c:Community {id: $id})
WHERE $run IS NULL OR c.run = $run
MATCH (r:JobRun {id: c.run, status: 'finished'})
WHERE all(one IN r.compartments WHERE one IN $compartments)
RETURN properties(r) AS run, properties(c) AS community
ORDER BY r.started_at DESC, r.id LIMIT 1
