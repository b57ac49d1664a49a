// Whether the sources in view give each person one number. Parameters: $compartments. Returns: source, numbered.
MATCH (s:Source)
WHERE any(c IN coalesce(s.compartments, [s.id]) WHERE c IN $compartments)
RETURN s.id AS source, coalesce(s.people_numbered, true) AS numbered
