// Asks for the end of a run on compartments that are all in view, which goes on. $id, $by, $at.
MATCH (r:JobRun {id: $id})
WHERE r.status = 'running'
SET r.cancelled_by = coalesce(r.cancelled_by, $by), r.cancel_asked_at = coalesce(r.cancel_asked_at, $at)
