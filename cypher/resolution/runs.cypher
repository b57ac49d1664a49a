// Runs of resolution, newest first. $id (or null: all), $limit. Returns: run (properties).
MATCH (r:ResolutionRun)
WHERE $id IS NULL OR r.id = $id
RETURN properties(r) AS run
ORDER BY r.started_at DESC, r.id
LIMIT $limit
