// $rows: {id, p: all properties, labels, gone: labels to take away}.
UNWIND $rows AS row
MATCH (n:Entity {id: row.id})
SET n = row.p
REMOVE n:$(row.gone)
SET n:$(row.labels)
