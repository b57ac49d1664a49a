// Links in view by internal numbers, with their ends, and whether the rows that tell them are told for the first time.
// Parameters: $rels, $compartments. Returns: rel, id, type, a, b (ids), a_type, b_type, until (when it ended, or null), told (the earliest
//   as-of of its rows, or null), seq (of the batch that brought it), new (false where each of its rows only tells otherwise what was told before).
UNWIND $rels AS rel
MATCH (a:Entity)-[r]->(b:Entity)
WHERE id(r) = rel AND a.compartment IN $compartments AND r.compartment IN $compartments AND b.compartment IN $compartments
WITH rel, a, r, b, COLLECT {
  UNWIND coalesce(r.records, []) AS record
  MATCH (v:Record {id: record})
  WHERE any(c IN coalesce(v.compartments, [v.source]) WHERE c IN $compartments)
  RETURN {as_of: v.as_of[0], before: EXISTS {
    MATCH (w:Record {source: v.source, table: v.table, key: v.key}) WHERE w.id <> v.id AND w.as_of[0] < v.as_of[0]
  }}
} AS rows
RETURN rel, r.id AS id, type(r) AS type, a.id AS a, b.id AS b, a.type AS a_type, b.type AS b_type, r.valid_to AS until, r.seq_from AS seq,
  reduce(least = null, one IN rows | CASE WHEN least IS NULL OR one.as_of < least THEN one.as_of ELSE least END) AS told,
  any(one IN rows WHERE NOT one.before) AS new
ORDER BY r.id
