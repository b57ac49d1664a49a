// Notes that a migration was applied; a second process that applied the same one at once changes nothing.
// Parameters: version (int), name, sha256, applied_at (ISO text). Returns: nothing.
MERGE (m:Migration {version: $version})
ON CREATE SET m.name = $name, m.sha256 = $sha256, m.applied_at = $applied_at
