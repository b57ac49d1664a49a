// $rows: {id, p: all properties} of links of type <<type>>.
// A seek in the index is asked for: a plan made while there are few links of the type would scan them or the index, and is kept while they become many.
UNWIND $rows AS row
MATCH ()-[r:<<type>> {id: row.id}]->()
USING INDEX SEEK r:<<type>>(id)
SET r = row.p
