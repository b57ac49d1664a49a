// Anomalies of a run, as they are written part by part; nobody looks at them until the run is finished. $rows (properties).
UNWIND $rows AS row
CREATE (c:Anomaly)
SET c = row
