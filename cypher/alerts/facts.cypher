// Links or statements of identity of one type in view by id and ends, in force or not, and every compartment that each rests on: in one row,
// which reads several times as fast as one for each. Found by their own ids: an end may have a hundred thousand.
// Parameters: $facts {id, a, b}, $compartments; <<type>>. Returns: found, a list of [id, a, b, compartments].
UNWIND $facts AS fact
MATCH (a:Entity)-[r:<<type>> {id: fact.id}]->(b:Entity)
USING INDEX SEEK r:<<type>>(id)
WHERE a.id = fact.a AND b.id = fact.b AND a.compartment IN $compartments AND b.compartment IN $compartments
  AND all(c IN coalesce(r.compartments, [r.compartment]) WHERE c IN $compartments)
WITH r, a, b ORDER BY r.id
RETURN collect([r.id, a.id, b.id, coalesce(r.compartments, [r.compartment]) + [a.compartment, b.compartment]]) AS found
