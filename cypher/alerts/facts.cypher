// Links or statements of identity of one type in view by id and ends, in force or not, and every compartment that each rests on.
// Found by their own ids: an end may have a hundred thousand.
// Parameters: $facts {id, a, b}, $compartments; <<type>>. Returns: id, a, b, type, compartments.
UNWIND $facts AS fact
MATCH (a:Entity)-[r:<<type>> {id: fact.id}]->(b:Entity)
USING INDEX r:<<type>>(id)
WHERE a.id = fact.a AND b.id = fact.b AND a.compartment IN $compartments AND b.compartment IN $compartments
  AND all(c IN coalesce(r.compartments, [r.compartment]) WHERE c IN $compartments)
RETURN r.id AS id, a.id AS a, b.id AS b, type(r) AS type, coalesce(r.compartments, [r.compartment]) + [a.compartment, b.compartment] AS compartments
ORDER BY id
