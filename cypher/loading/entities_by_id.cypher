// $ids. Returns: properties of those entities that exist.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
RETURN properties(n) AS p
