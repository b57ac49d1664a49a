// Sightings of one type in view by their ids, with a record within retention.
// Parameters: $ids, $today, $compartments; <<type>>. Returns: as look_up.cypher.
UNWIND $ids AS id
MATCH (v:Entity)-[r:<<type>> {id: id}]->(m:Entity)
USING INDEX SEEK r:<<type>>(id)
WHERE r.seq_to IS NULL AND r.compartment IN $compartments
  AND v.seq_to IS NULL AND v.compartment IN $compartments AND m.seq_to IS NULL AND m.compartment IN $compartments
CALL (r) {
  UNWIND r.records AS record
  MATCH (x:Record {id: record})
  WHERE x.expires_at IS NULL OR x.expires_at >= $today
  RETURN collect(x.id) AS records
}
WITH v, r, m, records
WHERE size(records) > 0
RETURN properties(v) AS vehicle, properties(r) AS link, type(r) AS type, properties(m) AS other, records
