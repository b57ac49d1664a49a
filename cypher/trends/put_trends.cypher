// Counts by month of a run, as they are written part by part. $rows (properties).
UNWIND $rows AS row
CREATE (c:Trend)
SET c = row
