// Projects the links in view between clusters: all clusters by number first, then the links. The node of a cluster is the number that $same
// has for it; a cluster's links to itself are left out.
// Parameters: $name of the graph, $same name of the graph of who is the same as whom, $clusters how many there are; $seq the graph as of this
//   batch; $weights of types of links, $most records that count; $left_out types of entities that everybody passes; $compartments.
// Returns one row: nodes, links (each counted at both of its ends); nodes is null where there are none.
CALL () {
  UNWIND range(0, $clusters - 1) AS x
  RETURN x, null AS y, null AS weight
  UNION ALL
  MATCH (a:Entity)-[r:!(SAME_AS|POSSIBLY_SAME)]->(b:Entity)
  WHERE a.compartment IN $compartments AND a.seq_from <= $seq AND coalesce(a.seq_to, $seq + 1) > $seq AND NOT a.type IN $left_out
    AND r.seq_from <= $seq AND coalesce(r.seq_to, $seq + 1) > $seq AND r.compartment IN $compartments
    AND b.compartment IN $compartments AND b.seq_from <= $seq AND coalesce(b.seq_to, $seq + 1) > $seq AND NOT b.type IN $left_out
  WITH toInteger(gds.util.nodeProperty($same, a, 'cluster')) AS x, toInteger(gds.util.nodeProperty($same, b, 'cluster')) AS y,
    $weights[type(r)] * (1 + CASE WHEN size(r.records) > $most THEN $most ELSE size(r.records) END) / 2 AS weight
  WHERE x <> y
  RETURN x, y, weight
}
WITH gds.graph.project($name, x, y, {
  relationshipProperties: CASE WHEN y IS NULL THEN null ELSE {weight: weight} END
}, {undirectedRelationshipTypes: ['*']}) AS g
RETURN g.nodeCount AS nodes, g.relationshipCount AS links
