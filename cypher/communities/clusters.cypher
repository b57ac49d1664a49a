// Numbers the clusters of the graph $name, from 0 in the order of their first entities: no case data. Returns one row: clusters.
CALL gds.wcc.mutate($name, {mutateProperty: 'cluster', consecutiveIds: true, concurrency: 1}) YIELD componentCount
RETURN componentCount AS clusters
