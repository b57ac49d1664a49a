// Entities that are stated to be the same thing as one entity, in view and in force; the statement rests on nothing
// that is out of view.
// Parameters: $id, $compartments, $limit. Returns: decision (properties of the statement), other (properties), total.
MATCH (n:Entity {id: $id})-[s:SAME_AS]-(m:Entity)
WHERE n.compartment IN $compartments AND n.seq_to IS NULL AND s.seq_to IS NULL AND m.seq_to IS NULL AND m.compartment IN $compartments
  AND all(c IN s.compartments WHERE c IN $compartments)
WITH s, m ORDER BY m.id
WITH collect({s: s, m: m}) AS found
UNWIND found[..$limit] AS one
RETURN properties(one.s) AS decision, properties(one.m) AS other, size(found) AS total
