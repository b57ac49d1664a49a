// The counts of around_counts.cypher for links of one type and direction, of a hub: looking stops at $most + 1 of them, so that the work
// depends on neither how many more there are nor on links of other types.
// Parameters: $ids, $outgoing, $most, $compartments; <<link>> the type; $searched, $first, $last, $least, $events, $avoid as in
//   around_counts.cypher. Returns: type, year, links, neighbours.
UNWIND $ids AS id
MATCH (n:Entity {id: id})-[r:<<link>>]-(m:Entity)
WHERE n.compartment IN $compartments AND n.seq_to IS NULL AND $outgoing = (startNode(r) = n)
  AND r.seq_to IS NULL AND r.compartment IN $compartments AND m.seq_to IS NULL AND m.compartment IN $compartments
  AND NOT m.id IN $avoid AND <<part questions/narrowed>>
WITH m.type AS type, left(coalesce(toString(r.at), r.valid_from), 4) AS year, m.id AS other
LIMIT $most + 1
RETURN type, year, count(*) AS links, count(DISTINCT other) AS neighbours
ORDER BY type, year
