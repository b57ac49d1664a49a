// What GDS expects projecting and Leiden to take, for a graph of $nodes nodes and $links links at both of their ends. Returns one row: bytes.
WITH {ANY: {orientation: 'UNDIRECTED', properties: 'weight'}} AS links
CALL gds.graph.project.estimate('*', links, {nodeCount: $nodes, relationshipCount: $links}) YIELD bytesMax AS projected
CALL gds.leiden.mutate.estimate({nodeCount: $nodes, relationshipCount: $links, nodeProjection: '*', relationshipProjection: links}, {
  mutateProperty: 'community', relationshipWeightProperty: 'weight', concurrency: 1
}) YIELD bytesMax AS leiden
RETURN projected + leiden AS bytes
