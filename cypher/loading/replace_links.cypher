// $rows: {id, p: all properties} of links of type <<type>>.
// The index is named: a plan made while there are few links of the type would scan them, and is kept while they become many.
UNWIND $rows AS row
MATCH ()-[r:<<type>> {id: row.id}]->()
USING INDEX r:<<type>>(id)
SET r = row.p
