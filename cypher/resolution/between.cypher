// What is decided of two entities, in force or not. Only what rests on nothing out of view.
// Parameters: $a, $b, $compartments. Returns: from, to (ids, in the order of the evidence), type, decision (properties), in_force; the
// last first.
MATCH (a:Entity {id: $a})-[r:SAME_AS|POSSIBLY_SAME]-(b:Entity {id: $b})
WHERE a.compartment IN $compartments AND b.compartment IN $compartments AND all(c IN r.compartments WHERE c IN $compartments)
RETURN startNode(r).id AS from, endNode(r).id AS to, type(r) AS type, properties(r) AS decision, r.seq_to IS NULL AS in_force
ORDER BY in_force DESC, r.seq_from DESC, r.id
