// Projects who is the same as whom in view, for collapsing them: entities in order of id, joined by the statements in force.
// Parameters: $name of the graph; $seq the graph as of this batch; $left_out types of entities that everybody passes; $compartments.
// Returns one row: nodes, links; nodes is null where there are none.
MATCH (n:Entity)
WHERE n.id > '' AND n.compartment IN $compartments AND n.seq_from <= $seq AND coalesce(n.seq_to, $seq + 1) > $seq AND NOT n.type IN $left_out
WITH n ORDER BY n.id
OPTIONAL MATCH (n)-[s:SAME_AS]->(m:Entity)
WHERE s.seq_from <= $seq AND coalesce(s.seq_to, $seq + 1) > $seq AND all(c IN s.compartments WHERE c IN $compartments)
  AND m.compartment IN $compartments AND m.seq_from <= $seq AND coalesce(m.seq_to, $seq + 1) > $seq AND NOT m.type IN $left_out
WITH gds.graph.project($name, n, m, {}, {undirectedRelationshipTypes: ['*']}) AS g
RETURN g.nodeCount AS nodes, g.relationshipCount AS links
