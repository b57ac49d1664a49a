// Deletes everything but the record of migrations.
// Parameters: none. Returns: nothing. Brings its own transactions: run it with `auto`.
MATCH (n) WHERE NOT n:Migration
CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS
