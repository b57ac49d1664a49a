// What hangs together in the graph $name. Returns one row: told {components, largest}.
CALL gds.wcc.stats($name, {concurrency: 1}) YIELD componentCount, componentDistribution
RETURN {components: componentCount, largest: componentDistribution.max} AS told
