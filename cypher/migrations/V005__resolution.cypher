// Runs of resolution, the judgements of people, and which batches a run made.
CREATE CONSTRAINT run_id IF NOT EXISTS FOR (n:ResolutionRun) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT judgement_id IF NOT EXISTS FOR (n:Judgement) REQUIRE n.id IS UNIQUE;
CREATE INDEX batch_run IF NOT EXISTS FOR (n:Batch) ON (n.run);
CREATE INDEX judgement_pair IF NOT EXISTS FOR (n:Judgement) ON (n.a, n.b);
