// The sources of the graph: what the owner's view consists of.
// Parameters: none. Returns: id, sorted.
MATCH (s:Source)
RETURN s.id AS id
ORDER BY id
