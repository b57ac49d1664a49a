// Transfers in view of type <<type>> between two days that move at least an amount, as of a batch.
// Parameters: $from, $until days, $least in minor units of any currency, $seq, $compartments.
// Returns per currency: froms, tos, rels (internal numbers), at (seconds), amounts (minor units); five lists of equal length.
MATCH (a:Entity)-[r:<<type>>]->(b:Entity)
WHERE a.compartment IN $compartments AND r.compartment IN $compartments AND b.compartment IN $compartments
  AND r.seq_from <= $seq AND coalesce(r.seq_to, $seq + 1) > $seq AND r.amount >= $least
  AND size(toString(r.at)) > 10 AND left(toString(r.at), 10) >= $from AND left(toString(r.at), 10) <= $until
WITH a, r, b, coalesce(r.amount_currency, 'XXX') AS currency
RETURN currency, collect(id(a)) AS froms, collect(id(b)) AS tos, collect(id(r)) AS rels,
  collect(datetime(toString(r.at)).epochSeconds) AS at, collect(r.amount) AS amounts
ORDER BY currency
