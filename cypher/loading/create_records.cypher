// $rows: properties of new Record nodes.
UNWIND $rows AS row
CREATE (r:Record)
SET r = row
