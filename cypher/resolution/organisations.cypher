// Organisations in view and in force with what can tell which they are, a page of them in id order; as people.cypher.
// Parameters: $compartments, $after, $limit. Returns a row an organisation: id, source, compartment, numbered, names, countries,
//   identifiers (scheme|number|jurisdiction), records, near.
MATCH (n:Entity)
WHERE n.id > $after AND n:Organization AND n.compartment IN $compartments AND n.seq_to IS NULL
WITH n ORDER BY n.id LIMIT $limit
RETURN n.id AS id, n.source AS source, n.compartment AS compartment, true AS numbered,
  coalesce(n.name, []) + coalesce(n.alias, []) AS names, coalesce([] + n.country, []) + coalesce([] + n.jurisdiction, []) AS countries,
  [x IN [
    'registration|' + n.registrationNumber + '|' + coalesce(n.jurisdiction, ''),
    'tax|' + n.taxNumber + '|' + coalesce(n.jurisdiction, ''),
    'lei|' + n.leiCode + '|'
  ] WHERE x IS NOT NULL] + [x IN coalesce([] + n.otherNumber, []) | 'other|' + x + '|' + coalesce(n.jurisdiction, '')] AS identifiers,
  coalesce(n.records, []) AS records,
  COLLECT {
    MATCH (n)-[r:!(SAME_AS|POSSIBLY_SAME)]->(x:Address|Phone|Email|Account|Identifier)
    WHERE r.seq_to IS NULL AND r.source = n.source AND r.compartment IN $compartments
      AND x.seq_to IS NULL AND x.compartment IN $compartments
    WITH r, x ORDER BY x.id, r.id LIMIT 60
    RETURN CASE
      WHEN x:Address THEN ['address', x.compartment, r.records, {text: x.full, street: x.street, house: x.houseNumber, postcode: x.postalCode, city: x.city,
        country: x.country, since: r.valid_from, until: r.valid_to}]
      WHEN x:Phone THEN ['phone', x.compartment, r.records, x.number]
      WHEN x:Email THEN ['email', x.compartment, r.records, x.email]
      WHEN x:Account THEN ['account', x.compartment, r.records, coalesce(x.iban, x.number)]
      ELSE ['identifier', x.compartment, r.records, coalesce(x.scheme, '') + '|' + x.number + '|' + coalesce(x.country, '')]
    END
  } AS near
