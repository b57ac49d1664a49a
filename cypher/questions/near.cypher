// What entities are linked to, in view, by the link's id.
// Parameters: $ids, $types link types or null, $compartments, $each links of one entity at most; $searched, $first, $last, $least, $events as in narrowed.cypher,
//   $avoid ids of others.
// Returns: of (one of $ids), other, type, outgoing (of is the stored start), link (properties).
UNWIND $ids AS id
MATCH (n:Entity {id: id})
WHERE n.compartment IN $compartments AND n.seq_to IS NULL
CALL (n) {
  MATCH (n)-[r:!(SAME_AS|POSSIBLY_SAME)]-(m:Entity)
  WHERE r.seq_to IS NULL AND r.compartment IN $compartments AND m.seq_to IS NULL AND m.compartment IN $compartments
    AND ($types IS NULL OR type(r) IN $types) AND NOT m.id IN $avoid
    AND <<part questions/narrowed>>
  RETURN r, m ORDER BY r.id LIMIT $each
}
RETURN n.id AS of, m.id AS other, type(r) AS type, startNode(r) = n AS outgoing, properties(r) AS link
ORDER BY r.id, of
