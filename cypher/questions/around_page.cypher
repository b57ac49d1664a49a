// A page of neighbours, by id, each with its links to the entity (or to those that are it), the earliest first.
// Parameters: $ids, $compartments; $links link types or null; $types entity types or null; $year four digits, 'unknown' or null; $after the
//   last neighbour of the page before, or ''; $limit neighbours; $most links told of each; $searched,
//   $first, $last, $least, $events, $avoid as in around_counts.cypher.
// Returns: neighbour (properties), total (its links), links (list of {link: properties, type, of: the one of $ids, outgoing}).
UNWIND $ids AS id
MATCH (n:Entity {id: id})-[r:!(SAME_AS|POSSIBLY_SAME)]-(m:Entity)
WHERE n.compartment IN $compartments AND n.seq_to IS NULL
  AND r.seq_to IS NULL AND r.compartment IN $compartments AND m.seq_to IS NULL AND m.compartment IN $compartments
  AND ($links IS NULL OR type(r) IN $links) AND ($types IS NULL OR m.type IN $types) AND m.id > $after
  AND NOT m.id IN $avoid AND <<part questions/narrowed>>
  AND ($year IS NULL OR coalesce(left(coalesce(toString(r.at), r.valid_from), 4), 'unknown') = $year)
WITH DISTINCT m ORDER BY m.id LIMIT $limit
CALL (m) {
  // Both ends are bound, so that Neo4j goes from the one with fewer links.
  UNWIND $ids AS id
  MATCH (n:Entity {id: id})
  WHERE n.compartment IN $compartments AND n.seq_to IS NULL
  MATCH (n)-[r:!(SAME_AS|POSSIBLY_SAME)]-(m)
  WHERE r.seq_to IS NULL AND r.compartment IN $compartments AND ($links IS NULL OR type(r) IN $links)
    AND <<part questions/narrowed>>
    AND ($year IS NULL OR coalesce(left(coalesce(toString(r.at), r.valid_from), 4), 'unknown') = $year)
  WITH n, r ORDER BY coalesce(toString(r.at), r.valid_from, '~'), r.id
  WITH collect({link: properties(r), type: type(r), of: n.id, outgoing: startNode(r) = n}) AS joined
  RETURN size(joined) AS total, joined[..$most] AS links
}
RETURN properties(m) AS neighbour, total, links
ORDER BY m.id
