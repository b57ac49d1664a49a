// The sealed rows of the given records, for mapping them again; as in read/records.cypher, any of a record's compartments in view
// suffices, and a withdrawn one is not there.
// Parameters: $ids, $compartments, $known. Returns: id, there, in_force (whether it was there, and in force, at batch $known), source, and
//   as_of_seq (see graphsvc/loading/revision.py), and sha256, as_of, spec, raw, expires_at, table, key, columns as in loading/records_in_force.cypher.
UNWIND $ids AS id
MATCH (r:Record {id: id})
WITH r, coalesce(r.compartments, [r.source]) AS held
WHERE any(c IN held WHERE c IN $compartments)
  AND NOT EXISTS { MATCH (w:Refusal {id: split(r.id, '@')[0]}) WHERE w.seq_to IS NULL }
MATCH (l:Load {id: r.load})
RETURN r.id AS id, coalesce(r.seq_history[0], r.seq_from) <= $known AS there, r.seq_to IS NULL AS in_force, r.source AS source,
  r.sha256 AS sha256, r.as_of AS as_of, r.as_of_seq AS as_of_seq, r.spec AS spec, r.raw AS raw, r.expires_at AS expires_at, r.table AS table, r.key AS key,
  head([i IN range(0, size(l.file_sha256) - 1) WHERE l.file_sha256[i] = r.file_sha256 | l.columns[i]]) AS columns
