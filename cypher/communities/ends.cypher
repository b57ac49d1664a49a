// Entities that these links or statements join, in force or not; all in view. Parameters: $ids, $compartments; <<type>>. Returns: id.
UNWIND $ids AS id
MATCH (a:Entity)-[r:<<type>> {id: id}]->(b:Entity)
USING INDEX SEEK r:<<type>>(id)
WHERE a.compartment IN $compartments AND b.compartment IN $compartments
  AND all(c IN coalesce(r.compartments, [r.compartment]) WHERE c IN $compartments)
UNWIND [a.id, b.id] AS end
RETURN DISTINCT end AS id
