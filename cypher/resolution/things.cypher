// Things that name themselves (addresses, phones, vehicles, ...) in view and in force, a page of them in id order.
// Parameters: $compartments, $after the last id of the page before, $limit. Returns a row a thing: id, compartment, type, told, key (equal
//   for equal things), street, house, postcode, city, country, vin, records.
MATCH (n:Entity)
WHERE n.id > $after AND NOT n:Person AND NOT n:Organization AND (n.ident IS NOT NULL OR n.vin IS NOT NULL OR n:Address)
  AND n.compartment IN $compartments AND n.seq_to IS NULL
WITH n ORDER BY n.id LIMIT $limit
RETURN n.id AS id, n.compartment AS compartment, n.type AS type, n.caption AS told, n.ident AS key, n.street AS street,
  n.houseNumber AS house, n.postalCode AS postcode, n.city AS city, n.country AS country, n.vin AS vin, coalesce(n.records, []) AS records
