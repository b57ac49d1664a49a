// Entities in view that a change of these can bear on: themselves, and those linked to an attribute that changed.
// Parameters: $ids, $compartments. Returns: id.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
WHERE n.compartment IN $compartments
RETURN n.id AS id
UNION
UNWIND $ids AS id
MATCH (n:Entity {id: id})-[r:!(SAME_AS|POSSIBLY_SAME)]-(m:Entity)
WHERE (n:Address OR n:Phone OR n:Email OR n:Account OR n:Vehicle OR n:Identifier)
  AND n.compartment IN $compartments AND m.compartment IN $compartments AND r.compartment IN $compartments AND r.source = m.source
RETURN m.id AS id
