// What the sources in view are called, and how far the graph has come.
// Parameters: $compartments. Returns one row: titles (list of {id, title}), seq (0 for a graph without loads).
OPTIONAL MATCH (q:Seq {id: 'seq'})
WITH coalesce(q.value, 0) AS seq
OPTIONAL MATCH (s:Source)
WHERE s.id IN $compartments
RETURN collect({id: s.id, title: coalesce(s.title, s.id)}) AS titles, seq
