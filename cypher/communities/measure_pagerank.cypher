// PageRank of the nodes of the graph $name by the weights of links, as its property pagerank. Returns one row: told {iterations, converged}.
CALL gds.pageRank.mutate($name, {mutateProperty: 'pagerank', relationshipWeightProperty: 'weight', concurrency: 1})
YIELD ranIterations, didConverge
RETURN {iterations: ranIterations, converged: didConverge} AS told
