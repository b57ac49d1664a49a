// Drops the graph $name.
CALL gds.graph.drop($name, false) YIELD graphName
RETURN graphName AS name
