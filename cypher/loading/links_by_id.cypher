// $ids of links of type <<type>>. Returns one row: found (list of the properties of those that exist).
// A seek in the index is asked for: a plan made while there are few links of the type would scan them or the index, and is kept while they become many.
UNWIND $ids AS id
MATCH ()-[r:<<type>> {id: id}]->()
USING INDEX SEEK r:<<type>>(id)
RETURN collect(properties(r)) AS found
