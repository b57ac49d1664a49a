// Who owns shares of these things ($down false), or of what these own shares ($down true), by the links in view.
// Parameters: $ids, $down, $compartments; $from and $until bounds of the date asked for, or null: links that may have held then;
//   $limit links. Returns: of (one of $ids), other, link (properties), by the link's id.
UNWIND $ids AS id
MATCH (n:Entity {id: id})-[r:OWNS]-(m:Entity)
WHERE n.compartment IN $compartments AND n.seq_to IS NULL AND n = CASE WHEN $down THEN startNode(r) ELSE endNode(r) END
  AND r.seq_to IS NULL AND r.compartment IN $compartments AND m.seq_to IS NULL AND m.compartment IN $compartments
  AND ($until IS NULL OR left(coalesce(r.valid_from_min, r.valid_from, ''), 10) <= $until)
  AND ($from IS NULL OR left(coalesce(r.valid_to_max, r.valid_to, '9999'), 10) >= $from)
RETURN n.id AS of, m.id AS other, properties(r) AS link
ORDER BY r.id, of
LIMIT $limit
