// Adds a statement about a sighting, numbered after those that there are. Nothing is changed or removed.
// The vehicle is locked by being written to, so that two statements made at once get two numbers.
// Parameters: $vehicle id; $verification (properties). Returns: verification (properties).
MATCH (v:Entity {id: $vehicle})
SET v.source = v.source
WITH v
OPTIONAL MATCH (earlier:Verification {sighting: $verification.sighting})
WITH count(earlier) + 1 AS number
CREATE (n:Verification)
SET n = $verification, n.number = number, n.id = $verification.sighting + '/verification/' + toString(number)
RETURN properties(n) AS verification
