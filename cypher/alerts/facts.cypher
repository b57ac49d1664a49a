// Links and statements of identity in view by id and ends, in force or not, and every compartment that each rests on.
// Parameters: $facts {id, a, b}, $compartments. Returns: id, a, b, type, compartments.
UNWIND $facts AS fact
MATCH (a:Entity {id: fact.a})-[r:!POSSIBLY_SAME {id: fact.id}]->(b:Entity {id: fact.b})
WHERE a.compartment IN $compartments AND b.compartment IN $compartments
  AND all(c IN coalesce(r.compartments, [r.compartment]) WHERE c IN $compartments)
RETURN r.id AS id, a.id AS a, b.id AS b, type(r) AS type, coalesce(r.compartments, [r.compartment]) + [a.compartment, b.compartment] AS compartments
ORDER BY id
