// What joins pairs of entities on the paths found: same-as statements and links.
// Parameters: $pairs list of [number, number] (Neo4j's internal ones); $compartments, $searched, $types, $crossing as in
//   shortest.cypher; $events types of links that happen at one time.
// A link carries its source's own compartment, also where its ends are of others: what may be seen of it is decided by both ends,
// which is why every query here demands both in view.
// Returns a row a pair that something joins: x, y (numbers), x_id, y_id, joined (list of [number of the link, its id, type, whether it leads
//   from x to y, how many rows told it (at most 9), since, until (stored dates or '')], same-as first, then the earliest first).
UNWIND $pairs AS pair
MATCH (x) WHERE id(x) = pair[0] AND x:Entity AND x.compartment IN $compartments AND x.seq_to IS NULL
MATCH (y) WHERE id(y) = pair[1] AND y:Entity AND y.compartment IN $compartments AND y.seq_to IS NULL
MATCH (x)-[r]-(y)
WHERE r.seq_to IS NULL AND CASE WHEN r:SAME_AS|POSSIBLY_SAME THEN type(r) IN $crossing AND all(c IN r.compartments WHERE c IN $compartments)
  ELSE r.compartment IN $searched AND ($types IS NULL OR type(r) IN $types) END
WITH x, y, r,
  CASE WHEN size(r.records) > 1 THEN size(COLLECT { UNWIND r.records AS record RETURN DISTINCT split(record, '@')[0] LIMIT 9 })
    ELSE 1 END AS records
ORDER BY r:SAME_AS DESC, r:POSSIBLY_SAME DESC, coalesce(toString(r.at), r.valid_from, '~'), r.id
RETURN id(x) AS x, id(y) AS y, x.id AS x_id, y.id AS y_id, collect([id(r), r.id, type(r), startNode(r) = x, records,
  coalesce(r.at_min, toString(r.at), r.valid_from_min, r.valid_from, ''),
  coalesce(r.at_max, toString(r.at), r.valid_to_max, r.valid_to,
    CASE WHEN type(r) IN $events THEN coalesce(r.valid_from_max, r.valid_from) END, '')]) AS joined
