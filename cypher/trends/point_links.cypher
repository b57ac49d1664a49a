// Links behind one point of a series: of a type, a source, a month and (or null) a place, as of the run's batch. <<type>>.
// Parameters: $source, $month, $place, $seq, $after, $limit, $compartments.
// Returns one row: total, links (list of {id, a, b}), by id.
MATCH (a:Entity)-[r:<<type>>]->(b:Entity)
WHERE r.source = $source AND left(toString(coalesce(r.at, r.valid_from)), 7) = $month
  AND a.compartment IN $compartments AND a.seq_from <= $seq AND coalesce(a.seq_to, $seq + 1) > $seq
  AND r.compartment IN $compartments AND r.seq_from <= $seq AND coalesce(r.seq_to, $seq + 1) > $seq
  AND b.compartment IN $compartments AND b.seq_from <= $seq AND coalesce(b.seq_to, $seq + 1) > $seq
  AND ($place IS NULL OR toUpper(trim(coalesce(b.city, b.region, CASE WHEN b:Place THEN b.caption END))) = $place)
WITH a, r, b ORDER BY r.id
WITH collect({id: r.id, a: a.id, b: b.id}) AS found
RETURN size(found) AS total, found[$after..$after + $limit] AS links
