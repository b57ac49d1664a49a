// Entities of other compartments that are exactly the same thing by the interim rule. $rows: {id, ident, compartment}. Returns one row: found (list of maps: a, b, compartment_a, compartment_b, type).
// The index is named: a plan made while there are few entities would scan them, and is kept while they become many.
UNWIND $rows AS row
MATCH (m:Entity {ident: row.ident})
USING INDEX m:Entity(ident)
WHERE m.compartment <> row.compartment AND m.seq_to IS NULL
RETURN collect({a: row.id, b: m.id, compartment_a: row.compartment, compartment_b: m.compartment, type: m.type}) AS found
