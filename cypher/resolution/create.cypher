// New decisions. $rows: {a, b, p: properties with id}; <<type>>; $seq. Nothing is written for a pair of which an end is retired.
// Returns one row: ids of those that were written.
UNWIND $rows AS row
MATCH (a:Entity {id: row.a})
MATCH (b:Entity {id: row.b})
WHERE a.seq_to IS NULL AND b.seq_to IS NULL
CREATE (a)-[r:<<type>>]->(b)
SET r = row.p, r.seq_from = $seq
RETURN collect(r.id) AS ids
