// The graph $whole without the nodes that have more than $most links, as $name. Returns one row: nodes, links.
CALL gds.graph.filter($name, $whole, 'n.links <= $most', '*', {parameters: {most: toFloat($most)}, concurrency: 1})
YIELD nodeCount, relationshipCount
RETURN nodeCount AS nodes, relationshipCount AS links
