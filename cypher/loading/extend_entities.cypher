// Adds records and properties to entities in force. $rows: {id, records, set}.
UNWIND $rows AS row
MATCH (n:Entity {id: row.id})
SET n.records = coalesce(n.records, []) + row.records, n += row.set
