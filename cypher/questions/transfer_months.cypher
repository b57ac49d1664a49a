// Sums of the transfers from one account to another, by month and currency; those without a time too.
// Parameters: $pairs list of [from, to]; $types, $from, $until, $amounts, $compartments, and those of narrowed.cypher as in transfers.cypher.
// Returns: a, b, month (or a year, or null), currency, transfers, amount (sum in minor units), without_amount.
UNWIND $pairs AS pair
MATCH (a:Entity {id: pair[0]})
MATCH (b:Entity {id: pair[1]})
WHERE a.compartment IN $compartments AND a.seq_to IS NULL AND b.compartment IN $compartments AND b.seq_to IS NULL
MATCH (a)-[r:!(SAME_AS|POSSIBLY_SAME)]->(b)
WHERE type(r) IN $types AND r.seq_to IS NULL AND r.compartment IN $compartments
  AND ($from IS NULL OR left(toString(coalesce(r.at_max, r.at)), 10) >= $from)
  AND ($until IS NULL OR left(toString(coalesce(r.at_min, r.at)), 10) <= $until)
  AND ($amounts IS NULL OR r.amount >= coalesce($amounts[r.amount_currency], $amounts.XXX))
  AND <<part questions/narrowed>>
RETURN a.id AS a, b.id AS b, left(toString(r.at), 7) AS month, r.amount_currency AS currency,
  count(*) AS transfers, sum(r.amount) AS amount, count(*) - count(r.amount) AS without_amount
ORDER BY a, b, month, currency
