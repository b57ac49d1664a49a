// Sightings of vehicles in view, newest first, ties by id: event links of which a record is still within retention.
// Parameters: $vehicles ids, which vehicles.cypher gave within the view; $types link types; $today (ISO date);
//   $before_at and $before_id of the last sighting seen, or null; $fetch; $compartments.
// Returns: vehicle and other (the end that saw it): properties; link (properties), type, records (ids of those within retention).
UNWIND $vehicles AS id
MATCH (v:Entity {id: id})-[r]->(m:Entity)
WHERE type(r) IN $types AND r.seq_to IS NULL AND r.compartment IN $compartments
  AND m.seq_to IS NULL AND m.compartment IN $compartments
WITH v, r, m, coalesce(r.at, '') AS at
WHERE $before_at IS NULL OR at < $before_at OR (at = $before_at AND r.id > $before_id)
WITH v, r, m, at
ORDER BY at DESC, r.id
CALL (r) {
  UNWIND r.records AS id
  MATCH (x:Record {id: id})
  WHERE x.expires_at IS NULL OR x.expires_at >= $today
  RETURN collect(x.id) AS records
}
WITH v, r, m, at, records
WHERE size(records) > 0
RETURN properties(v) AS vehicle, properties(r) AS link, type(r) AS type, properties(m) AS other, records
ORDER BY at DESC, r.id
LIMIT $fetch
