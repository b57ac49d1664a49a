// Whether another load than $load has put records into a table. $prefix (`source/record/table/`), $load. Returns one row if so.
MATCH (r:Record)
WHERE r.id STARTS WITH $prefix AND r.load <> $load
RETURN r.id AS id
LIMIT 1
