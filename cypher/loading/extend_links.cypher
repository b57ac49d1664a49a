// Adds records and properties to links in force of type <<type>>. $rows: {id, records, set}.
UNWIND $rows AS row
MATCH ()-[r:<<type>> {id: row.id}]->()
SET r.records = r.records + row.records, r += row.set
