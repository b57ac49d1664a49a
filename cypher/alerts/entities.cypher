// By what entities that a batch touched can be found, whatever their compartments: what is in view is asked for with the view. Of those alone
// that can be, in one row, which reads several times as fast as one for each.
// Parameters: $ids. Returns: found, a list of [id, ident (digest of an exact identity), hash (of a plate), number (of a vehicle whose source
//   names no issuer)].
UNWIND $ids AS id
MATCH (n:Entity {id: id})
WITH n, CASE WHEN n:Vehicle AND n.jurisdiction IS NULL THEN n.registrationNumber END AS number
WHERE n.ident IS NOT NULL OR n.plateHash IS NOT NULL OR number IS NOT NULL
RETURN collect([n.id, n.ident, n.plateHash, number]) AS found
