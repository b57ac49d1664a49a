// Interim same-as decisions of the given entities, with what tells whether they still hold. $ids.
// Returns: p (properties), holds, compartments (of the ends, now).
UNWIND $ids AS id
MATCH (n:Entity {id: id})-[s:SAME_AS]-(m:Entity)
WHERE s.method = 'interim-exact-identifier'
RETURN DISTINCT properties(s) AS p,
  n.seq_to IS NULL AND m.seq_to IS NULL AND n.ident IS NOT NULL AND n.ident = m.ident AND n.compartment <> m.compartment AS holds,
  [startNode(s).compartment, endNode(s).compartment] AS compartments
