// Counts by month and anomalies that jobs have found, and the bridges of runs of communities.
CREATE CONSTRAINT anomaly_key IF NOT EXISTS FOR (n:Anomaly) REQUIRE n.key IS UNIQUE;
CREATE INDEX anomaly_run IF NOT EXISTS FOR (n:Anomaly) ON (n.run);
CREATE INDEX anomaly_id IF NOT EXISTS FOR (n:Anomaly) ON (n.id);
CREATE CONSTRAINT trend_key IF NOT EXISTS FOR (n:Trend) REQUIRE n.key IS UNIQUE;
CREATE INDEX trend_run IF NOT EXISTS FOR (n:Trend) ON (n.run);
CREATE INDEX community_bridge_run IF NOT EXISTS FOR (n:CommunityBridge) ON (n.run);
