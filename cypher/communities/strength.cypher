// Sums the weights of each node's links in the graph $name, as its property strength. Returns one row: total, over all nodes.
CALL gds.degree.mutate($name, {mutateProperty: 'strength', relationshipWeightProperty: 'weight', concurrency: 1}) YIELD nodePropertiesWritten
CALL gds.degree.stream($name, {relationshipWeightProperty: 'weight', concurrency: 1}) YIELD score
RETURN sum(score) AS total
