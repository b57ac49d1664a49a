// Drops projected graphs whose name begins with $prefix. Returns: name.
CALL gds.graph.list() YIELD graphName
WITH graphName WHERE graphName STARTS WITH $prefix
CALL gds.graph.drop(graphName, false) YIELD graphName AS name
RETURN name
