// One record in view, and the load that brought it. A row may hold persons of several categories: its facts may be seen by who
// sees any of its compartments (which its table has, whatever the row holds), the row itself and its hash only by who sees all.
// One whose investigation is not completed any more (the refusal of its key is in force) is not there.
// Parameters: $id, $compartments.
// Returns: record (properties; without raw, sha256 and expires_at unless whole), whole, load (properties or null).
MATCH (r:Record {id: $id})
WITH r, coalesce(r.compartments, [r.source]) AS held
WHERE any(c IN held WHERE c IN $compartments)
  AND NOT EXISTS { MATCH (w:Refusal {id: split(r.id, '@')[0]}) WHERE w.seq_to IS NULL }
WITH r, all(c IN held WHERE c IN $compartments) AS whole
OPTIONAL MATCH (l:Load {id: r.load})
RETURN CASE WHEN whole THEN properties(r)
    ELSE r {.id, .source, .table, .key, .version, .load, .as_of, .file_sha256, .line, .spec, .seq_to} END AS record,
  whole, l {.id, .files, .file_sha256, .started_at} AS load
