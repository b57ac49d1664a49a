// Which sources in view hold a record, within retention, of a thing with one of these exact identities.
// Parameters: $idents, $today, $compartments. Returns: source.
UNWIND $idents AS ident
MATCH (n:Entity {ident: ident})
WHERE n.compartment IN $compartments AND n.seq_to IS NULL AND (
  EXISTS {
    UNWIND n.records AS id
    MATCH (x:Record {id: id})
    WHERE x.expires_at IS NULL OR x.expires_at >= $today
  }
  OR EXISTS {
    MATCH (n)-[r]-(m:Entity)
    WHERE r.seq_to IS NULL AND r.compartment IN $compartments AND m.seq_to IS NULL AND m.compartment IN $compartments
    UNWIND r.records AS id
    MATCH (x:Record {id: id})
    WHERE x.expires_at IS NULL OR x.expires_at >= $today
  }
)
RETURN DISTINCT n.source AS source
ORDER BY source
