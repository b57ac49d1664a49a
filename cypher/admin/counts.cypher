// How much is stored, from the count store (no scan).
// Parameters: none. Returns: nodes, links; one row, also when there is nothing.
RETURN COUNT { () } AS nodes, COUNT { ()-->() } AS links
