// People by id, those in view and in force, with what can tell who they are, in id order: what people.cypher gives of them.
// Parameters: $ids, $compartments. Returns: as people.cypher.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
WHERE n:Person AND n.compartment IN $compartments AND n.seq_to IS NULL
WITH n ORDER BY n.id
OPTIONAL MATCH (s:Source {id: n.source})
RETURN n.id AS id, n.source AS source, n.compartment AS compartment, coalesce(s.people_numbered, true) AS numbered,
  coalesce(n.name, []) + coalesce(n.alias, []) AS names, n.firstName AS first, n.lastName AS last, n.birthDate AS born,
  coalesce([] + n.nationality, []) + coalesce([] + n.country, []) AS countries, coalesce([] + n.idNumber, []) AS ids, n.address AS address,
  coalesce(n.records, []) AS records,
  COLLECT {
    MATCH (n)-[r:!(SAME_AS|POSSIBLY_SAME)]->(x:Address|Phone|Email|Account|Vehicle|Identifier)
    WHERE r.seq_to IS NULL AND r.source = n.source AND r.compartment IN $compartments
      AND x.seq_to IS NULL AND x.compartment IN $compartments
    WITH r, x ORDER BY x.id, r.id LIMIT 60
    RETURN CASE
      WHEN x:Address THEN ['address', x.compartment, r.records, {text: x.full, street: x.street, house: x.houseNumber, postcode: x.postalCode, city: x.city,
        country: x.country, since: r.valid_from, until: r.valid_to}]
      WHEN x:Phone THEN ['phone', x.compartment, r.records, x.number]
      WHEN x:Email THEN ['email', x.compartment, r.records, x.email]
      WHEN x:Account THEN ['account', x.compartment, r.records, coalesce(x.iban, x.number)]
      WHEN x:Vehicle THEN ['vehicle', x.compartment, r.records, x.registrationNumber + '|' + coalesce(x.jurisdiction, '')]
      ELSE ['identifier', x.compartment, r.records, coalesce(x.scheme, '') + '|' + x.number + '|' + coalesce(x.country, '')]
    END
  } AS near
