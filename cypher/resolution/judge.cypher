// A person's judgement of two entities; an earlier one on the same two ends. Parameters: $p (properties with id, a, b), $seq.
// Returns: ended (ids of earlier judgements).
OPTIONAL MATCH (old:Judgement {a: $p.a, b: $p.b})
WHERE old.seq_to IS NULL
SET old.seq_to = $seq
WITH collect(old.id) AS ended
CREATE (j:Judgement)
SET j = $p, j.seq_from = $seq
RETURN ended
