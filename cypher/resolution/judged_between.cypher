// What people have judged of two entities, the last first; only what rests on nothing out of view.
// Parameters: $a, $b (in order of ids), $compartments. Returns: judgement (properties).
MATCH (j:Judgement {a: $a, b: $b})
WHERE all(c IN j.compartments WHERE c IN $compartments)
RETURN properties(j) AS judgement
ORDER BY j.seq_from DESC
