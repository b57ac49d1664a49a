// Takes away the anomalies and counts of a run, in transactions of their own. $run.
MATCH (c:Anomaly|Trend {run: $run})
CALL (c) { DETACH DELETE c } IN TRANSACTIONS OF 1000 ROWS
