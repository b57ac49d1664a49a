// Finds the communities of the graph $name by Leiden, as its property community. One thread and a seed: the same graph gives the same ones.
// Parameters: $name, $gamma, $seed. Returns one row: communities, modularity, levels, converged.
CALL gds.leiden.mutate($name, {
  mutateProperty: 'community', relationshipWeightProperty: 'weight', gamma: $gamma, randomSeed: $seed, concurrency: 1
}) YIELD communityCount, modularity, ranLevels, didConverge
RETURN communityCount AS communities, modularity, ranLevels AS levels, didConverge AS converged
