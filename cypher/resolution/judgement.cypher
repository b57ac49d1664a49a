// One judgement, if all that it rests on is in view.
// Parameters: $id, $compartments. Returns: judgement (properties).
MATCH (j:Judgement {id: $id})
WHERE all(c IN j.compartments WHERE c IN $compartments)
RETURN properties(j) AS judgement
