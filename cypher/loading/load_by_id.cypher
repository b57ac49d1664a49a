// $id. Returns: l (properties).
MATCH (l:Load {id: $id})
RETURN properties(l) AS l
