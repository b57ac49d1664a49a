// Pairs that are possibly the same and that nobody has judged, the likeliest first.
// Parameters: $compartments, $limit. Returns: a, b (properties), decision (properties), total.
MATCH (a:Entity)-[r:POSSIBLY_SAME]->(b:Entity)
WHERE r.id > '' AND r.seq_to IS NULL AND a.seq_to IS NULL AND b.seq_to IS NULL
  AND a.compartment IN $compartments AND b.compartment IN $compartments AND all(c IN r.compartments WHERE c IN $compartments)
  AND NOT EXISTS { MATCH (j:Judgement {a: a.id, b: b.id}) WHERE j.seq_to IS NULL AND all(c IN j.compartments WHERE c IN $compartments) }
WITH a, b, r ORDER BY r.bits DESC, r.id
WITH collect({a: a, b: b, r: r}) AS found
UNWIND found[..$limit] AS one
RETURN properties(one.a) AS a, properties(one.b) AS b, properties(one.r) AS decision, size(found) AS total
