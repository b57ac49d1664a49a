// People in view and in force with what can tell who they are, a page of them in id order. What is linked to them is taken from their own
// source's links only.
// Parameters: $compartments, $after the last id of the page before, $limit. Returns a row a person: id, source, compartment, numbered
//   (whether the source gives each person one number), names, first, last, born, countries, ids (idNumber), address (as one text), records,
//   near: maps of what they are linked to: in (its compartment), rests (the link's records), kind, value, and of addresses the parts, since and until.
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
      WHEN x:Address THEN {in: x.compartment, rests: r.records, kind: 'address', value: x.full, street: x.street, house: x.houseNumber, postcode: x.postalCode, city: x.city,
        country: x.country, since: r.valid_from, until: r.valid_to}
      WHEN x:Phone THEN {in: x.compartment, rests: r.records, kind: 'phone', value: x.number}
      WHEN x:Email THEN {in: x.compartment, rests: r.records, kind: 'email', value: x.email}
      WHEN x:Account THEN {in: x.compartment, rests: r.records, kind: 'account', value: coalesce(x.iban, x.number)}
      WHEN x:Vehicle THEN {in: x.compartment, rests: r.records, kind: 'vehicle', value: x.registrationNumber + '|' + coalesce(x.jurisdiction, '')}
      ELSE {in: x.compartment, rests: r.records, kind: 'identifier', value: coalesce(x.scheme, '') + '|' + x.number + '|' + coalesce(x.country, '')}
    END
  } AS near
