// Chains between two entities, shortest first, counted in steps (links and same-as crossings).
// Parameters: $from, $to entity ids; $compartments what the view permits (both ends must be in it); $searched the
//   compartments that links and inner nodes may come from (a same-as may rest on any in view, and on none out of it); $types link types, or null for all; $crossing types of same-as to cross; $skip ids of links not to use
//   (parallel ones: without them n chains would all be the same nodes); $avoid ids of entities that no chain goes through, $no_middles
//   types of them; <<fetch>> chains at most; <<steps>> steps at most.
// Both ends are bound before the search and every condition stands inside the pattern: only so is the search bidirectional
// (EXPLAIN shows StatefulShortestPath(Into)). CASE instead of AND within OR: the planner would make four conditions of it, and ask each
// link twice for what only a same-as has, in half as much time again.
// Returns one row a chain: nodes (Neo4j's internal numbers in order), ids (the same as entity ids), same (of each step: the type of
//   same-as, or null).
MATCH (a:Entity {id: $from})
MATCH (b:Entity {id: $to})
WHERE a.compartment IN $compartments AND a.seq_to IS NULL AND b.compartment IN $compartments AND b.seq_to IS NULL
CALL (a, b) {
  MATCH p = SHORTEST <<fetch>> (a)
    ((:Entity)-[r WHERE r.seq_to IS NULL
        AND CASE WHEN r:SAME_AS|POSSIBLY_SAME THEN type(r) IN $crossing AND all(c IN r.compartments WHERE c IN $compartments)
              ELSE r.compartment IN $searched AND ($types IS NULL OR type(r) IN $types) END
        AND NOT r.id IN $skip
     ]-(y:Entity WHERE y.seq_to IS NULL AND ((y.compartment IN $searched AND NOT y.id IN $avoid AND NOT y.type IN $no_middles) OR y.id IN [$from, $to]))){1,<<steps>>}
    (b)
  RETURN p
}
RETURN [n IN nodes(p) | id(n)] AS nodes, [n IN nodes(p) | n.id] AS ids,
  [r IN relationships(p) | CASE WHEN r:SAME_AS|POSSIBLY_SAME THEN type(r) END] AS same
