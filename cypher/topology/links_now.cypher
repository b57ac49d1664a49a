// Links or statements of one type by id, as they are: in one row, which reads several times as fast as one for each.
// Parameters: $ids, $events as in links.cypher.
// Returns: found, a list of [from, to, rel (internal numbers), compartments (null: retired), records, since, until as in links.cypher].
UNWIND $ids AS id
MATCH (a)-[r:<<type>> {id: id}]->(b)
USING INDEX SEEK r:<<type>>(id)
RETURN collect([id(a), id(b), id(r),
  CASE WHEN r.seq_to IS NULL THEN coalesce(r.compartments, [r.compartment]) END,
  CASE WHEN size(r.records) > 1 THEN size(COLLECT { UNWIND r.records AS record RETURN DISTINCT split(record, '@')[0] LIMIT 9 })
    ELSE 1 END,
  coalesce(r.at_min, toString(r.at), r.valid_from_min, r.valid_from, ''),
  coalesce(r.at_max, toString(r.at), r.valid_to_max, r.valid_to,
    CASE WHEN type(r) IN $events THEN coalesce(r.valid_from_max, r.valid_from) END, '')]) AS found
