// Which decisions a judgement has ended: they hold again when it is taken back. $id, $ids.
MATCH (j:Judgement {id: $id})
SET j.ended = $ids
