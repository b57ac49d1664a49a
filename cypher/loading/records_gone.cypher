// Records in force of one table that a full load did not hold: last seen before its as-of.
// $prefix (`source/record/table/`), $as_of, $limit. Returns: key.
MATCH (r:Record)
WHERE r.id STARTS WITH $prefix AND r.seq_to IS NULL AND none(seen IN r.as_of WHERE seen >= $as_of)
RETURN DISTINCT r.source + '/record/' + r.table + '/' + r.key AS key
LIMIT $limit
