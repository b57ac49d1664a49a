// How many rows each table in view told as of each month, those that only tell otherwise what was told before left out. How many rows
// there are of which a part is not in view would tell of that part: only those count whose table has nothing outside the view.
// Parameters: $seq the graph as of this batch, $compartments. Returns: source, table, month, rows, last (the latest as-of).
MATCH (v:Record)
WHERE v.seq_from <= $seq AND v.version = 1 AND all(c IN coalesce(v.compartments, [v.source]) WHERE c IN $compartments)
  AND NOT EXISTS { MATCH (w:Refusal {id: split(v.id, '@')[0]}) WHERE w.seq_to IS NULL }
UNWIND v.as_of AS as_of
RETURN v.source AS source, v.table AS table, left(as_of, 7) AS month, count(*) AS rows, max(left(as_of, 10)) AS last
ORDER BY source, table, month
