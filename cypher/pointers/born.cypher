// People in view who were born on a day, with a record within retention: their names are compared by names.py.
// Parameters: $born (ISO date), $today, $compartments. Returns: source, names.
MATCH (n:Person {birthDate: $born})
WHERE n.compartment IN $compartments AND n.seq_to IS NULL AND EXISTS {
  UNWIND n.records AS id
  MATCH (x:Record {id: id})
  WHERE x.expires_at IS NULL OR x.expires_at >= $today
}
RETURN n.source AS source, coalesce(n.name, []) + coalesce(n.alias, []) AS names
