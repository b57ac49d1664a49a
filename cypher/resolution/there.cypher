// Which of these decisions are stored, and whether they are in force. $ids; <<type>>. Returns: id, in_force.
UNWIND $ids AS id
MATCH ()-[r:<<type>> {id: id}]->()
USING INDEX r:<<type>>(id)
RETURN r.id AS id, r.seq_to IS NULL AS in_force
