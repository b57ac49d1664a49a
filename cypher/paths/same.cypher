// What entities in view are, and what same-as joins them to, one step away; entities out of $searched only where they are an end of the
// question.
// Parameters: $numbers (Neo4j's internal ones), $ends the same of both ends; $compartments, $searched as in shortest.cypher; $identity
//   types of same-as that make one thing of two entities.
// Returns: x (number), id, type, others (numbers).
UNWIND $numbers AS number
MATCH (x) WHERE id(x) = number AND x:Entity AND x.compartment IN $compartments AND x.seq_to IS NULL
RETURN number AS x, x.id AS id, x.type AS type, COLLECT {
  MATCH (x)-[r:SAME_AS]-(y:Entity)
  WHERE type(r) IN $identity AND r.seq_to IS NULL AND all(c IN r.compartments WHERE c IN $compartments)
    AND (x.compartment IN $searched OR number IN $ends)
    AND y.compartment IN $compartments AND y.seq_to IS NULL AND (y.compartment IN $searched OR id(y) IN $ends)
  RETURN DISTINCT id(y)
} AS others
