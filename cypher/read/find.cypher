// Candidates for a text, at most $pool a compartment, each from its own full-text index: what another compartment holds
// can't change which are taken.
// Parameters: $compartments; $searches list of {compartment, index}; $query (Lucene, made of letters and digits by names.py);
//   $types entity types or null; $pool.
// Returns: entity (properties).
UNWIND $searches AS search
WITH search WHERE search.compartment IN $compartments
CALL (search) {
  CALL db.index.fulltext.queryNodes(search.index, $query) YIELD node, score
  WITH node, score
  WHERE node.compartment = search.compartment AND node.seq_to IS NULL AND ($types IS NULL OR node.type IN $types)
  RETURN node
  ORDER BY score DESC, node.id
  LIMIT $pool
}
RETURN properties(node) AS entity
