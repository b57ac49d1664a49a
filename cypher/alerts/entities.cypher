// By what entities that a batch touched can be found, whatever their compartments: what is in view is asked for with the view.
// Parameters: $ids. Returns: id, ident (digest of an exact identity), hash (of a plate), number (of a vehicle whose source names no issuer).
UNWIND $ids AS id
MATCH (n:Entity {id: id})
RETURN n.id AS id, n.ident AS ident, n.plateHash AS hash,
  CASE WHEN n:Vehicle AND n.jurisdiction IS NULL THEN n.registrationNumber END AS number
