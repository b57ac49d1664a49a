// Decisions in force that make one of these entities the same as another, all that they rest on in view.
// Parameters: $ids, $compartments, $limit. Returns: a, b (properties), decision (properties).
UNWIND $ids AS id
MATCH (n:Entity {id: id})-[r:SAME_AS]-(m:Entity)
WHERE r.seq_to IS NULL AND n.seq_to IS NULL AND m.seq_to IS NULL
  AND n.compartment IN $compartments AND m.compartment IN $compartments AND all(c IN r.compartments WHERE c IN $compartments)
WITH DISTINCT r ORDER BY r.id LIMIT $limit
RETURN properties(startNode(r)) AS a, properties(endNode(r)) AS b, properties(r) AS decision
