// Which entities in view and in force have these ids or these internal numbers: the ends of a question, and what a search in memory has
// met. With it how far the graph is, of no entity and in no answer, so that the search needs not ask for it apart.
// Parameters: $ids, $numbers, $compartments, $at a batch's number. Returns one row: entities (list of {id, number}), seq, graph, at (as in
//   topology/head.cypher).
OPTIONAL MATCH (s:Seq {id: 'seq'})
OPTIONAL MATCH (b:Batch {seq: $at})
RETURN coalesce(s.value, 0) AS seq, s.graph AS graph, b.at AS at, COLLECT {
  CALL {
    UNWIND $ids AS id
    MATCH (n:Entity {id: id})
    RETURN n
    UNION ALL
    UNWIND $numbers AS number
    MATCH (n) WHERE id(n) = number AND n:Entity
    RETURN n
  }
  WITH n WHERE n.compartment IN $compartments AND n.seq_to IS NULL
  RETURN {id: n.id, number: id(n)}
} AS entities
