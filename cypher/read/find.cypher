// Candidates for a text, at most $pool a compartment, each from its own full-text index: what another compartment holds
// can't change which are taken.
// Parameters: $compartments; $online names of the indexes that can be asked (graphsvc/graph/schema.py makes the names as below);
//   $query (Lucene, made of letters and digits by names.py); $types entity types or null; $pool.
// Returns: entity (properties).
UNWIND $compartments AS compartment
WITH compartment, 'ft_' + replace(compartment, '/', '__') AS index
WHERE index IN $online
CALL (compartment, index) {
  CALL db.index.fulltext.queryNodes(index, $query) YIELD node, score
  WITH node, score
  WHERE node.compartment = compartment AND node.seq_to IS NULL AND ($types IS NULL OR node.type IN $types)
  RETURN node
  ORDER BY score DESC, node.id
  LIMIT $pool
}
RETURN properties(node) AS entity
