// What links join to entities, within what is searched: for counting how many things one is linked with.
// Parameters: $numbers (Neo4j's internal ones), $compartments, $searched as in shortest.cypher; <<most>> more than this is as good as many.
// Returns: x (number), others (numbers of its neighbours, each once).
UNWIND $numbers AS number
MATCH (x) WHERE id(x) = number AND x:Entity AND x.compartment IN $compartments AND x.compartment IN $searched AND x.seq_to IS NULL
RETURN number AS x, COLLECT {
  MATCH (x)-[r:!(SAME_AS|POSSIBLY_SAME)]-(y:Entity)
  WHERE r.seq_to IS NULL AND r.compartment IN $searched AND y.compartment IN $searched AND y.seq_to IS NULL
  RETURN DISTINCT id(y) LIMIT <<most>>
} AS others
