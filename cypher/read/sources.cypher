// The compartments of the graph's sources: what the owner's view consists of.
// Parameters: none. Returns: id, sorted.
MATCH (s:Source)
UNWIND coalesce(s.compartments, [s.id]) AS id
RETURN id
ORDER BY id
