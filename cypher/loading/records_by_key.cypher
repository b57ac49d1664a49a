// Every version of the records with the given keys (`source/record/table/key`).
// $keys. Returns: key, id, sha256, as_of, spec, version, seq_from, seq_to, seq_history.
UNWIND $keys AS key
MATCH (r:Record)
WHERE r.id STARTS WITH key + '@'
RETURN key, r.id AS id, r.sha256 AS sha256, r.as_of AS as_of, r.spec AS spec, r.version AS version,
       r.seq_from AS seq_from, r.seq_to AS seq_to, r.seq_history AS seq_history
