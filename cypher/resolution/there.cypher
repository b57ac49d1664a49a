// Which of these decisions are stored, in force or not. $ids; <<type>>. Returns one row: ids.
UNWIND $ids AS id
MATCH ()-[r:<<type>> {id: id}]->()
USING INDEX SEEK r:<<type>>(id)
RETURN collect(r.id) AS ids
