// Records that are in force no more and tell something of the view: entities and links go on listing them.
// Parameters: $compartments. Returns: id.
MATCH (r:Record)
WHERE r.seq_to IS NOT NULL AND any(c IN r.compartments WHERE c IN $compartments)
RETURN r.id AS id
