// $ids of links of type <<type>>. Returns one row: found (list of the properties of those that exist).
// The index is named: a plan made while there are few links of the type would scan them, and is kept while they become many.
UNWIND $ids AS id
MATCH ()-[r:<<type>> {id: id}]->()
USING INDEX r:<<type>>(id)
RETURN collect(properties(r)) AS found
