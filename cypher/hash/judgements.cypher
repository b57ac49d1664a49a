// What people have judged, in force, in the order of the pairs. $source (or null: all; else those with an end in it). Returns: a, b, verdict.
MATCH (j:Judgement)
WHERE j.seq_to IS NULL AND ($source IS NULL OR split(j.a, '/')[0] = $source OR split(j.b, '/')[0] = $source)
RETURN j.a AS a, j.b AS b, j.verdict AS verdict
ORDER BY a, b
