// $ids. Returns: id and seq_to of those entities that exist (for those that a batch only refers to).
UNWIND $ids AS id
MATCH (n:Entity {id: id})
RETURN n.id AS id, n.seq_to AS seq_to
