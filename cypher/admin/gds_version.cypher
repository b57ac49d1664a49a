// The version of Graph Data Science; the query fails on a server that lacks it.
// Parameters: none. Returns: gds.
RETURN gds.version() AS gds
