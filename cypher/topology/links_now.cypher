// Links or statements of one type by id, as they are. Parameters: $ids, $events as in links.cypher.
// Returns: id, from, to, rel (internal numbers), compartments (null: retired), records, since, until as in links.cypher.
UNWIND $ids AS id
MATCH (a)-[r:<<type>> {id: id}]->(b)
RETURN r.id AS id, id(a) AS from, id(b) AS to, id(r) AS rel,
  CASE WHEN r.seq_to IS NULL THEN coalesce(r.compartments, [r.compartment]) END AS compartments,
  CASE WHEN size(r.records) > 1 THEN size(COLLECT { UNWIND r.records AS record RETURN DISTINCT split(record, '@')[0] LIMIT 9 })
    ELSE 1 END AS records,
  coalesce(r.at_min, toString(r.at), r.valid_from_min, r.valid_from, '') AS since,
  coalesce(r.at_max, toString(r.at), r.valid_to_max, r.valid_to,
    CASE WHEN type(r) IN $events THEN coalesce(r.valid_from_max, r.valid_from) END, '') AS until
