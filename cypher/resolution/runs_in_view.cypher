// Runs of resolution on compartments that are all in view, newest first: what a run says tells of everything that it saw.
// Parameters: $id (or null: all), $limit, $compartments. Returns: run (properties).
MATCH (r:ResolutionRun)
WHERE ($id IS NULL OR r.id = $id) AND all(c IN r.compartments WHERE c IN $compartments)
RETURN properties(r) AS run
ORDER BY r.started_at DESC, r.id
LIMIT $limit
