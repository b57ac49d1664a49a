// How many links of each type, to neighbours of each type, began in each year: the preview of what surrounds an entity.
// Parameters: $ids (the entity and those that are it), $compartments, $most links looked at: if the counts add up to more, they are of an
//   arbitrary part of the links and say only that there are more; then around_of_type.cypher counts each type by itself; $searched,
//   $first, $last, $least, $events as in narrowed.cypher, $avoid ids of neighbours.
// Returns: link, outgoing (one of $ids is the stored start), type (of the neighbour), year (four digits or null), links, neighbours.
UNWIND $ids AS id
MATCH (n:Entity {id: id})-[r:!(SAME_AS|POSSIBLY_SAME)]-(m:Entity)
WHERE n.compartment IN $compartments AND n.seq_to IS NULL
  AND r.seq_to IS NULL AND r.compartment IN $compartments AND m.seq_to IS NULL AND m.compartment IN $compartments
  AND NOT m.id IN $avoid AND <<part questions/narrowed>>
WITH type(r) AS link, startNode(r) = n AS outgoing, m.type AS type, left(coalesce(toString(r.at), r.valid_from), 4) AS year, m.id AS other
LIMIT $most + 1
RETURN link, outgoing, type, year, count(*) AS links, count(DISTINCT other) AS neighbours
ORDER BY link, outgoing DESC, type, year
