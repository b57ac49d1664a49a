// What joins pairs of neighbours: statements of who is who, and links, the earliest first.
// Parameters: $pairs list of [id, id]; $crossing types of statement; $types link types or null; $searched the compartments that links may
//   come from, all in view; $compartments; $most links told.
// Returns: x, y, same (list of {statement: properties, type, forward}), links (list of {link: properties, type, forward}), total.
UNWIND $pairs AS pair
MATCH (x:Entity {id: pair[0]})
MATCH (y:Entity {id: pair[1]})
WHERE x.compartment IN $compartments AND x.seq_to IS NULL AND y.compartment IN $compartments AND y.seq_to IS NULL
CALL (x, y) {
  MATCH (x)-[s:SAME_AS|POSSIBLY_SAME]-(y)
  WHERE s.seq_to IS NULL AND type(s) IN $crossing AND all(c IN s.compartments WHERE c IN $compartments)
  WITH s ORDER BY type(s) DESC, s.id
  RETURN collect({statement: properties(s), type: type(s), forward: startNode(s) = x}) AS same
}
CALL (x, y) {
  MATCH (x)-[r:!(SAME_AS|POSSIBLY_SAME)]-(y)
  WHERE r.seq_to IS NULL AND r.compartment IN $searched AND ($types IS NULL OR type(r) IN $types)
  WITH r ORDER BY coalesce(toString(r.at), r.valid_from, '~'), r.id
  WITH collect({link: properties(r), type: type(r), forward: startNode(r) = x}) AS found
  RETURN found[..$most] AS links, size(found) AS total
}
RETURN x.id AS x, y.id AS y, same, links, total
