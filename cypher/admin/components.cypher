// What runs: the server's version and edition, and the version of GDS where it is installed.
// Parameters: none. Returns: neo4j, edition.
CALL dbms.components() YIELD name, versions, edition
WHERE name = 'Neo4j Kernel'
RETURN versions[0] AS neo4j, edition
