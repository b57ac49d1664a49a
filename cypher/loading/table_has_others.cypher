// Whether another load than $load has put records or refusals into a table. $prefix (`source/record/table/`), $load. Returns one row if so.
CALL () {
  MATCH (r:Record)
  WHERE r.id STARTS WITH $prefix AND r.load <> $load
  RETURN r.id AS id
  LIMIT 1
  UNION
  MATCH (w:Refusal)
  WHERE w.id STARTS WITH $prefix AND w.load <> $load
  RETURN w.id AS id
  LIMIT 1
}
RETURN id
LIMIT 1
