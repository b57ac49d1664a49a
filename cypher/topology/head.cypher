// How far the graph is, and which graph it is: no case data.
// Parameters: $at a batch's number. Returns one row: seq (the last batch's number), graph (its random name, or null), at (when the batch
// $at was written, or null).
OPTIONAL MATCH (s:Seq {id: 'seq'})
OPTIONAL MATCH (b:Batch {seq: $at})
RETURN coalesce(s.value, 0) AS seq, s.graph AS graph, b.at AS at
