// Of the links between the same two entities, all but the one that a search needs to get across.
// Parameters: $pairs list of [id, id]; $compartments, $searched, $types as in shortest.cypher. Returns: ids.
UNWIND $pairs AS pair
MATCH (x:Entity {id: pair[0]})
MATCH (y:Entity {id: pair[1]})
WHERE x.compartment IN $compartments AND y.compartment IN $compartments
CALL (x, y) {
  MATCH (x)-[r:!POSSIBLY_SAME]-(y)
  WHERE r.seq_to IS NULL AND ((r:SAME_AS AND all(c IN r.compartments WHERE c IN $compartments)) OR (r.compartment IN $searched AND ($types IS NULL OR type(r) IN $types)))
  WITH r ORDER BY r:SAME_AS DESC, r.id
  RETURN collect(r.id)[1..] AS extra
}
UNWIND extra AS id
RETURN collect(DISTINCT id) AS ids
