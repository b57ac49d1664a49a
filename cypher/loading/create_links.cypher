// $rows: {a, b, p} for new links of type <<type>>. Returns: how many were made.
UNWIND $rows AS row
MATCH (a:Entity {id: row.a})
MATCH (b:Entity {id: row.b})
CREATE (a)-[r:<<type>>]->(b)
SET r = row.p
RETURN count(r) AS made
