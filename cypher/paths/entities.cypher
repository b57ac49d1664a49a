// Which entities in view and in force have these ids: what a question names. With it, so that they need not be asked for apart: how far
// the graph is (of no entity and in no answer), what the sources in view are called, and how many batches have changed them.
// Parameters: $ids, $compartments, $at a batch's number. Returns one row: entities (list of {id, number, entity: properties}), seq, graph,
//   at (as in topology/head.cypher), titles (list of {id, title}), batches.
OPTIONAL MATCH (q:Seq {id: 'seq'})
OPTIONAL MATCH (b:Batch {seq: $at})
WITH coalesce(q.value, 0) AS seq, q.graph AS graph, b.at AS at, COLLECT {
  UNWIND $compartments AS compartment
  WITH DISTINCT split(compartment, '/')[0] AS source
  MATCH (s:Source {id: source})
  RETURN {id: s.id, title: coalesce(s.title, s.id), batches: coalesce(s.batches, 0)}
} AS sources
RETURN seq, graph, at, [s IN sources | {id: s.id, title: s.title}] AS titles,
  reduce(sum = 0, s IN sources | sum + s.batches) AS batches, COLLECT {
  UNWIND $ids AS id
  MATCH (n:Entity {id: id})
  WHERE n.compartment IN $compartments AND n.seq_to IS NULL
  RETURN {id: n.id, number: id(n), entity: properties(n)}
} AS entities
