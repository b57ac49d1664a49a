// Refusals in id order. $source (or null). Returns: what belongs to the graph hash.
MATCH (w:Refusal)
WHERE w.id > '' AND ($source IS NULL OR w.source = $source)
RETURN w.id AS id, w.observed AS observed, w.expires_at AS expires_at, w.seq_to IS NULL AS in_force
ORDER BY w.id
