// One more than the largest internal number of a node, for reading all of them part by part.
MATCH (n:Entity)
RETURN coalesce(max(id(n)) + 1, 0) AS nodes
