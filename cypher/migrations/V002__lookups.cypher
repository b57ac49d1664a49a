// What queries look up by: what identifies an entity exactly (the interim identity rule), a source's loads, the versions of
// a source's records by table and key.
CREATE INDEX entity_ident IF NOT EXISTS FOR (n:Entity) ON (n.ident);
CREATE INDEX load_source IF NOT EXISTS FOR (n:Load) ON (n.source);
CREATE INDEX record_key IF NOT EXISTS FOR (n:Record) ON (n.source, n.table, n.key);
