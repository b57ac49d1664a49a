// The migrations that this graph has seen, in order.
// Parameters: none. Returns: version, name, sha256, applied_at.
MATCH (m:Migration)
RETURN m.version AS version, m.name AS name, m.sha256 AS sha256, m.applied_at AS applied_at
ORDER BY version
