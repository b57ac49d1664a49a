// Communities of a run on compartments that are all in view, the largest first.
// Parameters: $run a run, or null: the last finished one, of $job or (null) of any job; $after how many to pass over, $limit, $named members named of each;
//   $having an entity that they have, or null; $compartments.
// Returns one row: run (properties), total (communities that fit), communities (list of {id, number, size, members: the first, things: how many}).
MATCH (r:JobRun {kind: 'communities', status: 'finished'})
WHERE ($run IS NULL OR r.id = $run) AND ($job IS NULL OR r.job = $job) AND all(c IN r.compartments WHERE c IN $compartments)
WITH r ORDER BY r.started_at DESC, r.id LIMIT 1
CALL (r) {
  MATCH (c:Community {run: r.id})
  WHERE $having IS NULL OR $having IN c.members OR $having IN c.things
  WITH c ORDER BY c.size DESC, c.number
  RETURN collect(c {.id, .number, .size, members: c.members[..$named], things: size(c.things)}) AS fitting
}
RETURN properties(r) AS run, size(fitting) AS total, fitting[$after..$after + $limit] AS communities
