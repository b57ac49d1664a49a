// What the sources in view are called, and how far they have come: a source is in view if any compartment of it is. The batches
// of the sources in view are counted and no others, so that a load of a hidden source does not show.
// Parameters: $compartments. Returns one row: titles (list of {id, title}), seq (batches that changed these sources).
UNWIND $compartments AS compartment
WITH collect(DISTINCT split(compartment, '/')[0]) AS sources
OPTIONAL MATCH (s:Source)
WHERE s.id IN sources
RETURN [t IN collect({id: s.id, title: coalesce(s.title, s.id)}) WHERE t.id IS NOT NULL] AS titles, coalesce(sum(s.batches), 0) AS seq
