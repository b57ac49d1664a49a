// Projects who is the same as whom in view, for collapsing them: all entities in order of id, then the statements in force that join them. So
// numbers follow from ids, and not from the order of loading.
// Parameters: $name of the graph; $seq the graph as of this batch; $left_out types of entities that everybody passes; $compartments.
// Returns one row: nodes, links; nodes is null where there are none.
CALL () {
  MATCH (n:Entity)
  WHERE n.id > '' AND n.compartment IN $compartments AND n.seq_from <= $seq AND coalesce(n.seq_to, $seq + 1) > $seq
    AND NOT n.type IN $left_out
  RETURN n, null AS m ORDER BY n.id
  UNION ALL
  MATCH (n:Entity)-[s:SAME_AS]->(m:Entity)
  WHERE n.compartment IN $compartments AND n.seq_from <= $seq AND coalesce(n.seq_to, $seq + 1) > $seq AND NOT n.type IN $left_out
    AND s.seq_from <= $seq AND coalesce(s.seq_to, $seq + 1) > $seq AND all(c IN s.compartments WHERE c IN $compartments)
    AND m.compartment IN $compartments AND m.seq_from <= $seq AND coalesce(m.seq_to, $seq + 1) > $seq AND NOT m.type IN $left_out
  RETURN n, m
}
WITH gds.graph.project($name, n, m, {}, {undirectedRelationshipTypes: ['*']}) AS g
RETURN g.nodeCount AS nodes, g.relationshipCount AS links
