// Which entities bear one of these exact identities, plates' hashes, or numbers of vehicles without an issuer, whatever their compartments.
// Parameters: $idents, $hashes, $numbers. Returns: id, by (what it was found by).
CALL () {
  UNWIND $idents AS ident
  MATCH (n:Entity {ident: ident})
  RETURN n, ident AS by
  UNION
  UNWIND $hashes AS hash
  MATCH (n:Vehicle {plateHash: hash})
  RETURN n, hash AS by
  UNION
  UNWIND $numbers AS number
  MATCH (n:Vehicle {registrationNumber: number})
  WHERE n.jurisdiction IS NULL
  RETURN n, number AS by
}
RETURN n.id AS id, by
