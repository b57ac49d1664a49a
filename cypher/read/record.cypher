// One record in view with its sealed row, and the load that brought it.
// Parameters: $id, $compartments. Returns: record (properties), load (properties or null).
MATCH (r:Record {id: $id})
WHERE r.source IN $compartments
OPTIONAL MATCH (l:Load {id: r.load})
RETURN properties(r) AS record, l {.id, .files, .file_sha256, .started_at} AS load
