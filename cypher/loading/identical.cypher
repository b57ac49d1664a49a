// Entities of other sources that are exactly the same thing by the interim rule. $rows: {id, ident, source}. Returns one row: found (list of maps: a, b, source_a, source_b, type).
// The index is named: a plan made while there are few entities would scan them, and is kept while they become many.
UNWIND $rows AS row
MATCH (m:Entity {ident: row.ident})
USING INDEX m:Entity(ident)
WHERE m.source <> row.source AND m.seq_to IS NULL
RETURN collect({a: row.id, b: m.id, source_a: row.source, source_b: m.source, type: m.type}) AS found
