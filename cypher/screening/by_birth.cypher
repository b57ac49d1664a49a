// People who were born on a day of a row.
// Parameters: $rows (list of {n, born: ISO dates}), $pool the most a day, $compartments. Returns: n, id, full (there are, or may be, more).
UNWIND $rows AS row
UNWIND row.born AS born
CALL (born) {
  MATCH (n:Person {birthDate: born})
  WHERE n.compartment IN $compartments AND n.seq_to IS NULL
  RETURN n.id AS id
  ORDER BY id LIMIT $pool
}
WITH row, born, collect(id) AS ids
UNWIND ids AS id
RETURN row.n AS n, id, size(ids) >= $pool AS full
