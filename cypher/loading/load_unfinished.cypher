// A load of the same source, files, spec and as-of that did not end. Returns: l (properties).
MATCH (l:Load {source: $source, spec_sha256: $spec_sha256})
WHERE l.status <> 'finished' AND l.file_sha256 = $file_sha256 AND l.files = $files AND l.full = $full AND coalesce(l.given_as_of, '') = coalesce($given_as_of, '')
RETURN properties(l) AS l
ORDER BY l.started_at DESC
LIMIT 1
