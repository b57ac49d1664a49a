// $ids of links of type <<type>>. Returns one row: found (list of the properties of those that exist).
UNWIND $ids AS id
MATCH ()-[r:<<type>> {id: id}]->()
RETURN collect(properties(r)) AS found
