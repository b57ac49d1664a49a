// Record versions in id order. $source (or null). Returns: what belongs to the graph hash.
MATCH (r:Record)
WHERE r.id > '' AND ($source IS NULL OR r.source = $source)
RETURN r.id AS id, r.version AS version, r.sha256 AS sha256, r.as_of AS as_of, r.expires_at AS expires_at, r.seq_to IS NULL AS in_force,
  r.compartments AS compartments
ORDER BY r.id
