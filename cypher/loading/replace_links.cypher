// $rows: {id, p: all properties} of links of type <<type>>.
UNWIND $rows AS row
MATCH ()-[r:<<type>> {id: row.id}]->()
SET r = row.p
