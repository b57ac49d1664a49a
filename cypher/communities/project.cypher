// Projects the links in view between clusters, in the order of their entities' ids: the node of a cluster is the number that $same has for
// it. Entities without a link are nodes as well; a cluster's links to itself are left out.
// Parameters: $name of the graph, $same name of the graph of who is the same as whom; $seq the graph as of this batch; $weights of types of
//   links, $most records that count; $left_out types of entities that everybody passes; $compartments.
// Returns one row: nodes, links (each counted at both of its ends); nodes is null where there are none.
MATCH (a:Entity)
WHERE a.id > '' AND a.compartment IN $compartments AND a.seq_from <= $seq AND coalesce(a.seq_to, $seq + 1) > $seq AND NOT a.type IN $left_out
WITH a ORDER BY a.id
OPTIONAL MATCH (a)-[r:!(SAME_AS|POSSIBLY_SAME)]->(b:Entity)
WHERE r.seq_from <= $seq AND coalesce(r.seq_to, $seq + 1) > $seq AND r.compartment IN $compartments
  AND b.compartment IN $compartments AND b.seq_from <= $seq AND coalesce(b.seq_to, $seq + 1) > $seq AND NOT b.type IN $left_out
WITH toInteger(gds.util.nodeProperty($same, a, 'cluster')) AS x,
  CASE WHEN b IS NULL THEN null ELSE toInteger(gds.util.nodeProperty($same, b, 'cluster')) END AS y,
  $weights[type(r)] * (1 + CASE WHEN size(r.records) > $most THEN $most ELSE size(r.records) END) / 2 AS weight
WITH x, CASE WHEN x = y THEN null ELSE y END AS y, weight
WITH gds.graph.project($name, x, y, {
  relationshipProperties: CASE WHEN y IS NULL THEN null ELSE {weight: weight} END
}, {undirectedRelationshipTypes: ['*']}) AS g
RETURN g.nodeCount AS nodes, g.relationshipCount AS links
