// The vehicles that complete identifiers name, in view and in force. Every way to them is an index.
// Parameters: $asked list of {n, idents (exact identities), number (of a vehicle without jurisdiction, or null), hashes}; $compartments.
// Returns: n, vehicle (properties).
UNWIND $asked AS one
CALL (one) {
  UNWIND one.idents AS ident
  MATCH (v:Entity {ident: ident})
  RETURN v
  UNION
  MATCH (v:Vehicle {registrationNumber: one.number})
  WHERE v.jurisdiction IS NULL
  RETURN v
  UNION
  UNWIND one.hashes AS hash
  MATCH (v:Vehicle {plateHash: hash})
  RETURN v
}
WITH one, v
WHERE v.compartment IN $compartments AND v.seq_to IS NULL
RETURN one.n AS n, properties(v) AS vehicle
ORDER BY n, v.id
