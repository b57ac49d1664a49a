// The ends of links or statements of one type that a batch touched, whatever their compartments, and by what the ends can be found.
// Parameters: $ids; <<type>>. Returns: id, a, b (maps of id, ident, hash, number as in entities.cypher).
UNWIND $ids AS id
MATCH (a:Entity)-[r:<<type>> {id: id}]->(b:Entity)
USING INDEX r:<<type>>(id)
RETURN r.id AS id,
  a {.id, .ident, hash: a.plateHash, number: CASE WHEN a:Vehicle AND a.jurisdiction IS NULL THEN a.registrationNumber END} AS a,
  b {.id, .ident, hash: b.plateHash, number: CASE WHEN b:Vehicle AND b.jurisdiction IS NULL THEN b.registrationNumber END} AS b
