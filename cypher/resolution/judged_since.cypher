// Pairs of which a judgement has begun or ended after $after, both in view. Parameters: $after, $compartments. Returns: a, b.
MATCH (j:Judgement)
WHERE (j.seq_from > $after OR j.seq_to > $after) AND all(c IN j.compartments WHERE c IN $compartments)
MATCH (a:Entity {id: j.a})
MATCH (b:Entity {id: j.b})
WHERE a.compartment IN $compartments AND b.compartment IN $compartments
RETURN a.id AS a, b.id AS b
