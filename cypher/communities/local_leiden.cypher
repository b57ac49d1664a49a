// The communities of the graph $name by Leiden, as leiden.cypher finds them. $name, $gamma, $seed. Returns: node, community.
CALL gds.leiden.stream($name, {relationshipWeightProperty: 'weight', gamma: $gamma, randomSeed: $seed, concurrency: 1})
YIELD nodeId, communityId
RETURN nodeId AS node, communityId AS community
