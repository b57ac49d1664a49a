// Waits until every index is online.
// Parameters: seconds (int). Returns: nothing.
CALL db.awaitIndexes($seconds)
