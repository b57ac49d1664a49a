// What lists are looked up by: numbers of organisations, whoever issued them.
CREATE INDEX organization_number IF NOT EXISTS FOR (n:Organization) ON (n.registrationNumber);
CREATE INDEX organization_tax IF NOT EXISTS FOR (n:Organization) ON (n.taxNumber);
CREATE INDEX organization_lei IF NOT EXISTS FOR (n:Organization) ON (n.leiCode);
