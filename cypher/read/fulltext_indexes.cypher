// Which full-text indexes can be asked now.
// Parameters: none. Returns: name.
SHOW FULLTEXT INDEXES YIELD name, state
WHERE state = 'ONLINE'
RETURN name
