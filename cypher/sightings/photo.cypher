// A source in view of which a sighting within retention refers to a photograph, out of those given.
// Parameters: $sha256, $sources, $today, $compartments. Returns: source (at most one row).
CALL () {
  MATCH (v:Entity)-[r:READ_BY {photoOverview: $sha256}]->(m:Entity)
  RETURN v, r, m
  UNION ALL
  MATCH (v:Entity)-[r:READ_BY {photoPlate: $sha256}]->(m:Entity)
  RETURN v, r, m
}
WITH v, r, m
WHERE r.source IN $sources AND r.seq_to IS NULL AND r.compartment IN $compartments
  AND v.seq_to IS NULL AND v.compartment IN $compartments AND m.seq_to IS NULL AND m.compartment IN $compartments
  AND EXISTS {
    UNWIND r.records AS id
    MATCH (x:Record {id: id})
    WHERE x.expires_at IS NULL OR x.expires_at >= $today
  }
RETURN r.source AS source
LIMIT 1
