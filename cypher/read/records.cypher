// Records in view by id, without their rows, with the file that each was read from. As in record.cypher, any of a record's
// compartments in view shows its facts, only all of them its hash, and a withdrawn one is not there.
// Parameters: $ids, $compartments. Returns: record (properties, without raw), load (properties or null).
UNWIND $ids AS id
MATCH (r:Record {id: id})
WITH r, coalesce(r.compartments, [r.source]) AS held
WHERE any(c IN held WHERE c IN $compartments)
  AND NOT EXISTS { MATCH (w:Refusal {id: split(r.id, '@')[0]}) WHERE w.seq_to IS NULL }
OPTIONAL MATCH (l:Load {id: r.load})
RETURN r {.id, .source, .key, .version, .load, .as_of, .as_of_seq, .file_sha256, .line, .table, .seq_from, .seq_to, .seq_history,
    sha256: CASE WHEN all(c IN held WHERE c IN $compartments) THEN r.sha256 END} AS record,
  l {.files, .file_sha256} AS load
