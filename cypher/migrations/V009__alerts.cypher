// When runs of jobs finished: watches of what they find ask for those since the last look.
CREATE INDEX job_run_finished IF NOT EXISTS FOR (n:JobRun) ON (n.finished_at);
