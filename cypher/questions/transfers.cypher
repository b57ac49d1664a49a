// Transfers with a time that leave these accounts ($forward), or reach them.
// Parameters: $ids, $forward, $types link types, $compartments; $from and $until days or null: transfers that may be of these days; $amounts
//   the least amount in minor units by currency (XXX for any other), or null; $limit; $searched, $first, $last, $least, $events as in
//   narrowed.cypher, $avoid ids of others. Returns: of (one of $ids), other, type, link
//   (properties), by time and id.
UNWIND $ids AS id
MATCH (n:Entity {id: id})-[r:!(SAME_AS|POSSIBLY_SAME)]-(m:Entity)
WHERE n.compartment IN $compartments AND n.seq_to IS NULL AND n = CASE WHEN $forward THEN startNode(r) ELSE endNode(r) END
  AND type(r) IN $types AND r.at IS NOT NULL AND n <> m
  AND r.seq_to IS NULL AND r.compartment IN $compartments AND m.seq_to IS NULL AND m.compartment IN $compartments
  AND ($from IS NULL OR left(toString(coalesce(r.at_max, r.at)), 10) >= $from)
  AND ($until IS NULL OR left(toString(coalesce(r.at_min, r.at)), 10) <= $until)
  AND ($amounts IS NULL OR r.amount >= coalesce($amounts[r.amount_currency], $amounts.XXX))
  AND NOT m.id IN $avoid AND <<part questions/narrowed>>
RETURN n.id AS of, m.id AS other, type(r) AS type, properties(r) AS link
ORDER BY toString(r.at), r.id
LIMIT $limit
