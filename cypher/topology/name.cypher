// Gives the graph a random name, once, by which a snapshot is known to be of this graph and no other.
MERGE (s:Seq {id: 'seq'})
  ON CREATE SET s.value = 0
SET s.graph = coalesce(s.graph, randomUUID())
RETURN s.value AS seq, s.graph AS graph
