// Statements in force by which these entities are, or may be, the same as others; all that a statement rests on is in view.
// Parameters: $ids, $crossing types of statement, $compartments, $limit. Returns: a (one of $ids), b, type, statement (properties), by
//   a, b and the statement's id.
UNWIND $ids AS id
MATCH (n:Entity {id: id})-[s:SAME_AS|POSSIBLY_SAME]-(m:Entity)
WHERE type(s) IN $crossing AND s.seq_to IS NULL AND all(c IN s.compartments WHERE c IN $compartments)
  AND n.compartment IN $compartments AND n.seq_to IS NULL AND m.compartment IN $compartments AND m.seq_to IS NULL
RETURN n.id AS a, m.id AS b, type(s) AS type, properties(s) AS statement
ORDER BY a, b, type DESC, s.id
LIMIT $limit
