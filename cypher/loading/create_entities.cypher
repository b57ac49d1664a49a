// $groups: {labels (beside :Entity), rows: properties of new entities}.
UNWIND $groups AS group
UNWIND group.rows AS row
CREATE (n:Entity:$(group.labels))
SET n = row
