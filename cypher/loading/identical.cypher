// Entities of other sources that are exactly the same thing by the interim rule. $rows: {id, ident, source}. Returns: a, b, source_a, source_b.
UNWIND $rows AS row
MATCH (m:Entity {ident: row.ident})
WHERE m.source <> row.source AND m.seq_to IS NULL
RETURN row.id AS a, m.id AS b, row.source AS source_a, m.source AS source_b, m.type AS type
