// Finished runs of communities that are all in view and whose communities are kept, newest first. Parameters: $job a job or null: any,
// $compartments. Returns: run, job, seq, bridges (how many it has kept, or null where it did not measure them).
MATCH (r:JobRun {kind: 'communities', status: 'finished'})
WHERE ($job IS NULL OR r.job = $job) AND all(c IN r.compartments WHERE c IN $compartments)
  AND EXISTS { MATCH (c:Community {run: r.id}) }
RETURN r.id AS run, r.job AS job, r.seq AS seq, r.bridges AS bridges
ORDER BY r.started_at DESC, r.id
