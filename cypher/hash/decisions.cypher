// Identity decisions of one type in force in id order. $source (or null: all; else those with an end in it). Returns: p, a, b.
MATCH (a:Entity)-[r:<<type>>]->(b:Entity)
WHERE r.id > '' AND r.seq_to IS NULL AND ($source IS NULL OR a.source = $source OR b.source = $source)
RETURN properties(r) AS p, a.id AS a, b.id AS b
ORDER BY r.id
