// Rows behind one point of a series: those that a table in view told as of a month, as rows.cypher counts them. Parameters: $source, $table, $month, $seq, $after, $limit,
// $compartments. Returns one row: total, records (ids), by id.
MATCH (v:Record {source: $source, table: $table})
WHERE v.seq_from <= $seq AND v.version = 1 AND any(one IN v.as_of WHERE left(one, 7) = $month)
  AND all(c IN coalesce(v.compartments, [v.source]) WHERE c IN $compartments)
  AND NOT EXISTS { MATCH (w:Refusal {id: split(v.id, '@')[0]}) WHERE w.seq_to IS NULL }
WITH v.id AS id ORDER BY id
WITH collect(id) AS found
RETURN size(found) AS total, found[$after..$after + $limit] AS records
