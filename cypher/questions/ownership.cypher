// Who owns shares of these things ($down false), or of what these own shares ($down true), by the links in view.
// Parameters: $ids, $down, $compartments, $limit links; $searched, $first, $last, $least, $events as in narrowed.cypher, $avoid ids of others. Returns: of (one of $ids), other, link (properties), by the link's id.
UNWIND $ids AS id
MATCH (n:Entity {id: id})-[r:OWNS]-(m:Entity)
WHERE n.compartment IN $compartments AND n.seq_to IS NULL AND n = CASE WHEN $down THEN startNode(r) ELSE endNode(r) END
  AND r.seq_to IS NULL AND r.compartment IN $compartments AND m.seq_to IS NULL AND m.compartment IN $compartments
  AND NOT m.id IN $avoid AND <<part questions/narrowed>>
RETURN n.id AS of, m.id AS other, properties(r) AS link
ORDER BY r.id, of
LIMIT $limit
