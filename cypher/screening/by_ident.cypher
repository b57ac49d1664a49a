// Entities of a label that have an exact identity of a row, or are linked by their own source to a thing that has it (a phone, an account).
// Parameters: $rows (list of {n, idents}), $pool the most a thing, $compartments; <<label>>. Returns: n, id, full (there are, or may be, more).
UNWIND $rows AS row
UNWIND row.idents AS ident
MATCH (x:Entity {ident: ident})
WHERE x.compartment IN $compartments AND x.seq_to IS NULL
CALL (x) {
  WITH x WHERE x:<<label>>
  RETURN x.id AS id
  UNION
  MATCH (n:<<label>>)-[r:!(SAME_AS|POSSIBLY_SAME)]->(x)
  WHERE r.seq_to IS NULL AND r.source = n.source AND r.compartment IN $compartments
    AND n.seq_to IS NULL AND n.compartment IN $compartments
  RETURN DISTINCT n.id AS id
  ORDER BY id LIMIT $pool
}
WITH row, x, collect(id) AS ids
UNWIND ids AS id
RETURN row.n AS n, id, size(ids) >= $pool AS full
