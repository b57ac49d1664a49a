// The links of one entity in view, grouped by type and direction.
// A link's compartment is its source's own: both ends are demanded in view, since each may be of a category of persons.
// Parameters: $id, $compartments, $limit links shown a group.
// Returns: type, outgoing (the entity is the stored start), count, links (list of {link, other}: properties), by date and id.
MATCH (n:Entity {id: $id})-[r]-(m:Entity)
WHERE n.compartment IN $compartments AND n.seq_to IS NULL
  AND r.seq_to IS NULL AND r.compartment IN $compartments AND m.seq_to IS NULL AND m.compartment IN $compartments
WITH r, m, startNode(r) = n AS outgoing
ORDER BY coalesce(toString(r.at), r.valid_from, '~'), r.id
WITH type(r) AS type, outgoing, count(*) AS count, collect({r: r, m: m})[..$limit] AS shown
RETURN type, outgoing, count, [s IN shown | {link: properties(s.r), other: properties(s.m)}] AS links
ORDER BY type, outgoing DESC
