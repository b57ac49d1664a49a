// Links and statements in view by id and ends, in force or not, with the rows that they rest on and whether each was told otherwise before or
// after. Parameters: $facts {id, a, b}, $compartments. Returns: id, type, link (properties), records (list of {id, told_otherwise}),
//   ends (list of {id, caption, source, type}: start, end).
UNWIND $facts AS fact
MATCH (a:Entity {id: fact.a})-[r:!POSSIBLY_SAME {id: fact.id}]->(b:Entity {id: fact.b})
WHERE a.compartment IN $compartments AND b.compartment IN $compartments
  AND all(c IN coalesce(r.compartments, [r.compartment]) WHERE c IN $compartments)
RETURN r.id AS id, type(r) AS type, properties(r) AS link, COLLECT {
  UNWIND coalesce(r.records, []) AS record
  MATCH (v:Record {id: record})
  WHERE any(c IN coalesce(v.compartments, [v.source]) WHERE c IN $compartments)
  RETURN {id: v.id, told_otherwise: EXISTS {
    MATCH (w:Record {source: v.source, table: v.table, key: v.key}) WHERE w.id <> v.id
  }}
} AS records, [one IN [a, b] | {id: one.id, caption: coalesce(one.caption, one.id), source: one.source, type: one.type}] AS ends
ORDER BY r.id
