// One sighting in view by its id, with a record within retention.
// Parameters: $id, $today, $compartments. Returns: vehicle (id), link (properties).
MATCH (v:Entity)-[r:<<type>> {id: $id}]->(m:Entity)
USING INDEX SEEK r:<<type>>(id)
WHERE r.seq_to IS NULL AND r.compartment IN $compartments
  AND v.seq_to IS NULL AND v.compartment IN $compartments AND m.seq_to IS NULL AND m.compartment IN $compartments
  AND EXISTS {
    UNWIND r.records AS id
    MATCH (x:Record {id: id})
    WHERE x.expires_at IS NULL OR x.expires_at >= $today
  }
RETURN v.id AS vehicle, properties(r) AS link
