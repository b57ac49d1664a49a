// Counts by month of a run on compartments that are all in view.
// Parameters: $run a run, or null: the last finished one, of $job or (null) of any job; $id of a series, $source, $type, $place or null: all;
//   $after, $limit; $compartments.
// Returns at most one row: run (properties), total, series (list of properties).
MATCH (r:JobRun {kind: 'trends', status: 'finished'})
WHERE ($run IS NULL OR r.id = $run) AND ($job IS NULL OR r.job = $job) AND all(c IN r.compartments WHERE c IN $compartments)
WITH r ORDER BY r.started_at DESC, r.id LIMIT 1
CALL (r) {
  MATCH (c:Trend {run: r.id})
  WHERE ($id IS NULL OR c.id = $id) AND ($source IS NULL OR c.source = $source) AND ($type IS NULL OR c.type = $type)
    AND ($place IS NULL OR c.place = $place)
  WITH c ORDER BY c.number
  RETURN collect(c {.id, .of, .source, .type, .table, .place, .first, .counts}) AS fitting
}
RETURN properties(r) AS run, size(fitting) AS total, fitting[$after..$after + $limit] AS series
