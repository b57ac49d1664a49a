// Betweenness of the nodes of the graph $name, from $samples of them, as its property betweenness. Returns one row: told {samples}.
CALL gds.betweenness.mutate($name, {mutateProperty: 'betweenness', samplingSize: $samples, samplingSeed: $seed, concurrency: 1})
YIELD nodePropertiesWritten
RETURN {samples: CASE WHEN nodePropertiesWritten < $samples THEN nodePropertiesWritten ELSE $samples END} AS told
