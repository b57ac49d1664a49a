// As-of dates at which whole tables of a source were given. $source. Returns: as_of, tables.
MATCH (l:Load {source: $source, full: true, status: 'finished'})
RETURN l.full_as_of AS as_of, l.tables AS tables
