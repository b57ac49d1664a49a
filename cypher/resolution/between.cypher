// What is decided of two entities, in force or not. Only what rests on nothing out of view.
// Parameters: $a, $b, $compartments. Returns: type, decision (properties), in_force; the last first.
MATCH (a:Entity {id: $a})-[r:SAME_AS|POSSIBLY_SAME]-(b:Entity {id: $b})
WHERE a.compartment IN $compartments AND b.compartment IN $compartments AND all(c IN r.compartments WHERE c IN $compartments)
RETURN type(r) AS type, properties(r) AS decision, r.seq_to IS NULL AS in_force
ORDER BY in_force DESC, r.seq_from DESC, r.id
