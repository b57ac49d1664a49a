// Which of these records are in force no more: entities and links go on listing them.
// Parameters: $ids, $compartments. Returns: id, of those that tell something of the view.
UNWIND $ids AS id
MATCH (r:Record {id: id})
WHERE r.seq_to IS NOT NULL AND any(c IN r.compartments WHERE c IN $compartments)
RETURN r.id AS id
