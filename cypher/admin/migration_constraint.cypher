// One node a version, also when two processes migrate at once.
// Parameters: none. Returns: nothing.
CREATE CONSTRAINT migration_version IF NOT EXISTS FOR (n:Migration) REQUIRE n.version IS UNIQUE
