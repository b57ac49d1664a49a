// Runs of jobs, the lease of each job, and the communities that runs have found.
CREATE CONSTRAINT job_run_id IF NOT EXISTS FOR (n:JobRun) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT job_lease IF NOT EXISTS FOR (n:JobLease) REQUIRE n.job IS UNIQUE;
CREATE INDEX job_run_job IF NOT EXISTS FOR (n:JobRun) ON (n.job);
CREATE CONSTRAINT community_key IF NOT EXISTS FOR (n:Community) REQUIRE n.key IS UNIQUE;
CREATE INDEX community_run IF NOT EXISTS FOR (n:Community) ON (n.run);
CREATE INDEX community_change_run IF NOT EXISTS FOR (n:CommunityChange) ON (n.run);
