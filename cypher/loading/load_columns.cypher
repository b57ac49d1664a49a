// The columns of a load's files as far as they are known. $id, $columns (JSON lists, in the order of the files).
MATCH (l:Load {id: $id})
SET l.columns = $columns
