// $rows: properties of new Record nodes; $common: those that all of them share.
UNWIND $rows AS row
CREATE (r:Record)
SET r = row, r += $common
