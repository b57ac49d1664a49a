// Every version of the records with the given keys (`source/record/table/key`).
// $keys. Returns one row: found (list of maps: id, sha256, as_of, as_of_seq, spec, version, seq_from, seq_to,
//   seq_history).
UNWIND $keys AS key
MATCH (r:Record)
WHERE r.id STARTS WITH key + '@'
RETURN collect({key: key, id: r.id, sha256: r.sha256, as_of: r.as_of, as_of_seq: r.as_of_seq, spec: r.spec, version: r.version,
                seq_from: r.seq_from, seq_to: r.seq_to, seq_history: r.seq_history}) AS found
