// The accounts that entities hold or use, by links in view.
// Parameters: $ids, $types link types that lead to an account, $compartments, $limit; $searched, $first, $last,
//   $least, $events as in narrowed.cypher, $avoid ids of accounts. Returns: of (one of $ids), account, type, link
//   (properties), by the link's id.
UNWIND $ids AS id
MATCH (n:Entity {id: id})-[r:!(SAME_AS|POSSIBLY_SAME)]->(m:Entity)
WHERE n.compartment IN $compartments AND n.seq_to IS NULL AND m.type = 'Account' AND type(r) IN $types
  AND r.seq_to IS NULL AND r.compartment IN $compartments AND m.seq_to IS NULL AND m.compartment IN $compartments
  AND NOT m.id IN $avoid AND <<part questions/narrowed>>
RETURN n.id AS of, m.id AS account, type(r) AS type, properties(r) AS link
ORDER BY r.id
LIMIT $limit
