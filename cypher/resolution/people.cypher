// People in view and in force with what can tell who they are, a page of them in id order. What is linked to them is taken from their own
// source's links only.
// Parameters: $compartments, $after the last id of the page before, $limit. Returns a row a person: id, source, compartment, numbered
//   (whether the source gives each person one number), names, first, last, born, countries, ids (idNumber), address (as one text), records,
//   near: of what they are linked to a list each: kind, its compartment, the link's records, the value, of addresses their parts, since and until.
MATCH (n:Entity)
WHERE n.id > $after AND n:Person AND n.compartment IN $compartments AND n.seq_to IS NULL
WITH n ORDER BY n.id LIMIT $limit
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
