// Entities in force in id order, streamed from the index. $source (or null). Returns: p.
MATCH (n:Entity)
WHERE n.id > '' AND n.seq_to IS NULL AND ($source IS NULL OR n.source = $source)
RETURN properties(n) AS p
ORDER BY n.id
