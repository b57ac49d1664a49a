// What people stated of sightings after comparing the photographs, each sighting's statements in the order in which they were made.
// Parameters: $sightings ids; $compartments. Returns: verification (properties).
UNWIND $sightings AS id
MATCH (n:Verification {sighting: id})
WHERE n.compartment IN $compartments
RETURN properties(n) AS verification
ORDER BY n.sighting, n.number
