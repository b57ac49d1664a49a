// Ends a load. $id, $set (properties).
MATCH (l:Load {id: $id})
SET l += $set
