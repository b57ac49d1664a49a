// How many links in view entities have, counted up to $most + 1 each.
// Parameters: $ids, $compartments, $most. Returns: id, links.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
WHERE n.compartment IN $compartments AND n.seq_to IS NULL
CALL (n) {
  MATCH (n)-[r:!(SAME_AS|POSSIBLY_SAME)]-(m:Entity)
  WHERE r.seq_to IS NULL AND r.compartment IN $compartments AND m.seq_to IS NULL AND m.compartment IN $compartments
  WITH r LIMIT $most + 1
  RETURN count(r) AS links
}
RETURN n.id AS id, links
