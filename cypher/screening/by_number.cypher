// Organisations that have a number of a row, whoever issued it.
// Parameters: $rows (list of {n, numbers}), $pool the most a number, $compartments. Returns: n, id, full (there are, or may be, more).
UNWIND $rows AS row
UNWIND row.numbers AS number
CALL (number) {
  CALL (number) {
    MATCH (n:Organization {registrationNumber: number}) RETURN n
    UNION
    MATCH (n:Organization {taxNumber: number}) RETURN n
    UNION
    MATCH (n:Organization {leiCode: number}) RETURN n
  }
  WITH n
  WHERE n.compartment IN $compartments AND n.seq_to IS NULL
  RETURN n.id AS id
  ORDER BY id LIMIT $pool
}
WITH row, number, collect(id) AS ids
UNWIND ids AS id
RETURN row.n AS n, id, size(ids) >= $pool AS full
