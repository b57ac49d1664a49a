// $rows: {id, set} with the properties to change; null removes.
UNWIND $rows AS row
MATCH (r:Record {id: row.id})
SET r += row.set
