// Things that name themselves by id, those in view and in force, in id order: what things.cypher gives of them.
// Parameters: $ids, $compartments. Returns: as things.cypher.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
WHERE NOT n:Person AND NOT n:Organization AND (n.ident IS NOT NULL OR n.vin IS NOT NULL OR n:Address)
  AND n.compartment IN $compartments AND n.seq_to IS NULL
WITH n ORDER BY n.id
RETURN n.id AS id, n.compartment AS compartment, n.type AS type, n.caption AS told, n.ident AS key, n.street AS street,
  n.houseNumber AS house, n.postalCode AS postcode, n.city AS city, n.country AS country, n.vin AS vin, coalesce(n.records, []) AS records
