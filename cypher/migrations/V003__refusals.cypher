// What is kept of a row that was not eligible: one node a key (`source/record/table/key`), looked up by loads and by reads of records.
CREATE CONSTRAINT refusal_id IF NOT EXISTS FOR (n:Refusal) REQUIRE n.id IS UNIQUE;
