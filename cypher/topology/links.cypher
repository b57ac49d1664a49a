// Links and same-as statements in force that leave nodes with internal numbers from $begin to before $end, whatever their compartments.
// Parameters: $begin, $end, $events types of links that happen at one time.
// Returns per type, compartments and number of rows that told it (at most 9): froms, tos, rels (internal numbers), since, until (stored
// dates, or ''), five lists of equal length.
UNWIND range($begin, $end - 1) AS number
MATCH (n) WHERE id(n) = number AND n:Entity
MATCH (n)-[r]->(m:Entity) WHERE r.seq_to IS NULL
WITH number, m, r,
  CASE WHEN size(r.records) > 1 THEN size(COLLECT { UNWIND r.records AS record RETURN DISTINCT split(record, '@')[0] LIMIT 9 })
    ELSE 1 END AS records,
  coalesce(r.at_min, toString(r.at), r.valid_from_min, r.valid_from, '') AS begin,
  coalesce(r.at_max, toString(r.at), r.valid_to_max, r.valid_to,
    CASE WHEN type(r) IN $events THEN coalesce(r.valid_from_max, r.valid_from) END, '') AS last
RETURN type(r) AS type, coalesce(r.compartments, [r.compartment]) AS compartments, records,
  collect(number) AS froms, collect(id(m)) AS tos, collect(id(r)) AS rels, collect(begin) AS since, collect(last) AS until
