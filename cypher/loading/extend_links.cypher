// Adds records and properties to links in force of type <<type>>. $rows: {id, records, set}.
// The index is named: a plan made while there are few links of the type would scan them, and is kept while they become many.
UNWIND $rows AS row
MATCH ()-[r:<<type>> {id: row.id}]->()
USING INDEX r:<<type>>(id)
SET r.records = r.records + row.records, r += row.set
