// The properties that a full-text index covers.
// Parameters: name. Returns: properties (list of names); no row if there is no such index.
SHOW FULLTEXT INDEXES YIELD name AS index, properties
WHERE index = $name
RETURN properties
