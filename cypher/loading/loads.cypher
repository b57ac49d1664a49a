// Loads, newest first. $source (or null), $limit. Returns: l (properties).
MATCH (l:Load)
WHERE $source IS NULL OR l.source = $source
RETURN properties(l) AS l
ORDER BY l.started_at DESC, l.id
LIMIT $limit
