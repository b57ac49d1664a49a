// Links in view that leave entities with internal numbers from $begin to before $end, as of a batch: what is counted.
// Parameters: $begin, $end, $seq, $compartments.
// Returns per type, source and month of the fact (as text; null where no month is told): froms, tos, rels (internal numbers), seqs (of the
//   batches that brought those without a month; empty for the others).
UNWIND range($begin, $end - 1) AS number
MATCH (a) WHERE id(a) = number AND a:Entity
MATCH (a)-[r:!(SAME_AS|POSSIBLY_SAME)]->(b:Entity)
WHERE a.compartment IN $compartments AND a.seq_from <= $seq AND coalesce(a.seq_to, $seq + 1) > $seq
  AND r.compartment IN $compartments AND r.seq_from <= $seq AND coalesce(r.seq_to, $seq + 1) > $seq
  AND b.compartment IN $compartments AND b.seq_from <= $seq AND coalesce(b.seq_to, $seq + 1) > $seq
WITH number, r, id(b) AS to, left(toString(coalesce(r.at, r.valid_from)), 7) AS month
WITH number, r, to, CASE WHEN size(month) = 7 THEN month END AS month
RETURN type(r) AS type, r.source AS source, month, collect(number) AS froms, collect(to) AS tos, collect(id(r)) AS rels,
  collect(CASE WHEN month IS NULL THEN r.seq_from END) AS seqs
ORDER BY type, source, month
