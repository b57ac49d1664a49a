// Links without which what hangs together falls apart, as a run has measured them. $rows {run, a, b: ids of the entities at either end}.
UNWIND $rows AS row
CREATE (c:CommunityBridge)
SET c = row
