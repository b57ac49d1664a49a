// What results follow from besides the graph. Returns one row: neo4j, gds.
CALL dbms.components() YIELD name, versions
WITH versions[0] AS neo4j, name WHERE name = 'Neo4j Kernel'
RETURN neo4j, gds.version() AS gds
