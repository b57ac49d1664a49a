// $ids of links of type <<type>>. Returns: p (properties), a, b (ids of the stored ends).
UNWIND $ids AS id
MATCH (a:Entity)-[r:<<type>> {id: id}]->(b:Entity)
RETURN properties(r) AS p, a.id AS a, b.id AS b
