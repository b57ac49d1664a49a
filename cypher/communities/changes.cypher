// What a run on compartments that are all in view found changed since the one before. Parameters: $run a run, or null: the last finished one, of
//   $job or (null) of any job; $kinds or null: all, $community an id that it is about or null, $after, $limit; $compartments.
// Returns at most one row: run (properties), total, changes (texts of JSON).
MATCH (r:JobRun {kind: 'communities', status: 'finished'})
WHERE ($run IS NULL OR r.id = $run) AND ($job IS NULL OR r.job = $job) AND all(c IN r.compartments WHERE c IN $compartments)
WITH r ORDER BY r.started_at DESC, r.id LIMIT 1
CALL (r) {
  MATCH (c:CommunityChange {run: r.id})
  WHERE ($kinds IS NULL OR c.kind IN $kinds) AND ($community IS NULL OR $community IN c.communities)
  WITH c ORDER BY c.number
  RETURN collect(c.told) AS fitting
}
RETURN properties(r) AS run, size(fitting) AS total, fitting[$after..$after + $limit] AS changes
