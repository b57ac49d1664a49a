// $groups: {type, rows: {a, b, p} of new links}. Returns: made (how many).
UNWIND $groups AS group
UNWIND group.rows AS row
MATCH (a:Entity {id: row.a})
MATCH (b:Entity {id: row.b})
CREATE (a)-[r:$(group.type)]->(b)
SET r = row.p
RETURN count(r) AS made
