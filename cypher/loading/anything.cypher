// What is in a graph that should be empty, but for the record of migrations and the number of the last batch: one thing is enough.
// Returns one row: sources (ids of those that were loaded), other (a label of something else, or null).
OPTIONAL MATCH (s:Source)
WITH collect(s.id) AS sources
OPTIONAL MATCH (n)
WHERE NOT n:Migration AND NOT n:Seq AND NOT n:Source
RETURN sources, labels(n)[0] AS other
LIMIT 1
