// Ends a judgement. $id, $seq, $set (who took it back, when and why).
MATCH (j:Judgement {id: $id})
SET j.seq_to = $seq, j += $set
