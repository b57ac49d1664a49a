// What has changed from one run to the next. $rows (properties).
UNWIND $rows AS row
CREATE (c:CommunityChange)
SET c = row
