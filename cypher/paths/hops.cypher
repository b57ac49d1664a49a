// What joins pairs of neighbours on the paths found: same-as statements and links, the earliest first.
// Parameters: $pairs list of [id, id]; $compartments, $searched, $types, $crossing as in shortest.cypher; $most ids listed a pair.
// A link carries its source's own compartment, also where its ends are of others: what may be seen of it is decided by both ends,
// which is why every query here demands both in view.
// Returns: x, y (the pair), same (properties of same-as statements), first (the first link: properties, type, whether it
//   leads from x to y; or null), also (ids of the next links, at most $most), total (links between the two).
UNWIND $pairs AS pair
MATCH (x:Entity {id: pair[0]})
MATCH (y:Entity {id: pair[1]})
WHERE x.compartment IN $compartments AND y.compartment IN $compartments
CALL (x, y) {
  MATCH (x)-[s:SAME_AS|POSSIBLY_SAME]-(y)
  WHERE s.seq_to IS NULL AND type(s) IN $crossing AND all(c IN s.compartments WHERE c IN $compartments)
  WITH s, startNode(s) = x AS forward ORDER BY s:SAME_AS DESC, s.id
  RETURN collect({link: properties(s), type: type(s), forward: forward}) AS same
}
CALL (x, y) {
  MATCH (x)-[r:!(SAME_AS|POSSIBLY_SAME)]-(y)
  WHERE r.seq_to IS NULL AND r.compartment IN $searched AND ($types IS NULL OR type(r) IN $types)
  WITH r ORDER BY coalesce(toString(r.at), r.valid_from, '~'), r.id
  WITH collect(r) AS links
  RETURN links[0] AS first, [r IN links[1..$most + 1] | r.id] AS also, size(links) AS total
}
RETURN x.id AS x, y.id AS y, same, also, total,
  CASE WHEN first IS NULL THEN null
    ELSE {link: properties(first), type: type(first), forward: startNode(first) = x} END AS first
