// Adds records and properties to links in force of type <<type>>. $rows: {id, records, set}.
// A seek in the index is asked for: a plan made while there are few links of the type would scan them or the index, and is kept while they become many.
UNWIND $rows AS row
MATCH ()-[r:<<type>> {id: row.id}]->()
USING INDEX SEEK r:<<type>>(id)
SET r.records = r.records + row.records, r += row.set
