// What sources with something in view are called, and whose they are.
// Parameters: $sources, $compartments. Returns: source, title, holder.
MATCH (s:Source)
WHERE s.id IN $sources AND any(c IN $compartments WHERE c = s.id OR c STARTS WITH s.id + '/')
RETURN s.id AS source, coalesce(s.title, s.id) AS title, s.publisher AS holder
ORDER BY source
