// Entities of a label that are called about as a row says, at most $pool a compartment, each from its own full-text index: what another
// compartment holds can't change which are taken (as in read/find.cypher). Of people, those of the same year of birth first.
// Parameters: $rows (list of {n, query (Lucene, made of letters and digits), year (of birth, or '')}), $online names of the indexes that can
//   be asked, $pool, $most hits of one index, $compartments; <<label>>. Returns: n, query,
//   compartment, id, texts (what it is called), best first.
UNWIND $rows AS row
UNWIND $compartments AS compartment
WITH row, compartment, 'ft_' + replace(compartment, '/', '__') AS index
WHERE index IN $online
CALL (row, compartment, index) {
  CALL db.index.fulltext.queryNodes(index, row.query, {limit: $most}) YIELD node, score
  WITH row, compartment, node, score
  WHERE node.compartment = compartment AND node.seq_to IS NULL AND node:<<label>>
  RETURN node, row.year <> '' AND left(coalesce(node.birthDate, ''), 4) = row.year AS same_year, score
  ORDER BY same_year DESC, score DESC, node.id
  LIMIT $pool
}
RETURN row.n AS n, row.query AS query, compartment, node.id AS id,
  coalesce(node.name, []) + coalesce(node.alias, []) + [x IN [node.caption] WHERE x IS NOT NULL] AS texts
ORDER BY n, query, compartment, same_year DESC, score DESC, id
