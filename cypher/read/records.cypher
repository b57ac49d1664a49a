// Records in view by id, without their rows, with the file that each was read from.
// Parameters: $ids, $compartments. Returns: record (properties, without raw), load (properties or null).
UNWIND $ids AS id
MATCH (r:Record {id: id})
WHERE r.source IN $compartments
OPTIONAL MATCH (l:Load {id: r.load})
RETURN r {.id, .source, .key, .version, .load, .as_of, .file_sha256, .line, .sha256, .table, .seq_to} AS record,
  l {.files, .file_sha256} AS load
