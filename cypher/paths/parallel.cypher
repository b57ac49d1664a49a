// Of the links between the same two entities, all but the one that a search needs to get across.
// Parameters: $pairs list of [id, id]; $compartments, $searched, $types, $crossing as in shortest.cypher. Returns: ids.
UNWIND $pairs AS pair
MATCH (x:Entity {id: pair[0]})
MATCH (y:Entity {id: pair[1]})
WHERE x.compartment IN $compartments AND y.compartment IN $compartments
CALL (x, y) {
  MATCH (x)-[r]-(y)
  WHERE r.seq_to IS NULL AND CASE WHEN r:SAME_AS|POSSIBLY_SAME THEN type(r) IN $crossing AND all(c IN r.compartments WHERE c IN $compartments)
    ELSE r.compartment IN $searched AND ($types IS NULL OR type(r) IN $types) END
  WITH r ORDER BY r:SAME_AS|POSSIBLY_SAME DESC, r.id
  RETURN collect(r.id)[1..] AS extra
}
UNWIND extra AS id
RETURN collect(DISTINCT id) AS ids
