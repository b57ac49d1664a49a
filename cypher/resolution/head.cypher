// How far the graph is: the last batch's number; no case data. Returns one row: seq.
OPTIONAL MATCH (s:Seq {id: 'seq'})
RETURN coalesce(s.value, 0) AS seq
