// Pairs that a person has judged, both in view: what a run leaves alone.
// Parameters: $compartments. Returns: a, b, verdict (`same` or `never`).
MATCH (j:Judgement)
WHERE j.seq_to IS NULL AND all(c IN j.compartments WHERE c IN $compartments)
MATCH (a:Entity {id: j.a})
MATCH (b:Entity {id: j.b})
WHERE a.compartment IN $compartments AND b.compartment IN $compartments
RETURN j.a AS a, j.b AS b, j.verdict AS verdict
