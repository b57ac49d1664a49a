// $rows: properties of new entities, all with the labels <<labels>>.
UNWIND $rows AS row
CREATE (n:Entity:<<labels>>)
SET n = row
