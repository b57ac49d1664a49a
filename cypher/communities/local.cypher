// Projects a few links that are given, each between two numbers: no case data. $name of the graph, $nodes numbers, $links [from, to, weight].
// Returns one row: nodes.
UNWIND [n IN $nodes | [n, null, null]] + $links AS link
WITH gds.graph.project($name, link[0], link[1], {
  relationshipProperties: CASE WHEN link[1] IS NULL THEN null ELSE {weight: link[2]} END
}, {undirectedRelationshipTypes: ['*']}) AS g
RETURN g.nodeCount AS nodes
