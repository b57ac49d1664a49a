// Why members belong to a community: their links to others of it, and the statements by which they are the same as others of it.
// Parameters: $ids the members asked about, $all ids of the community, $each told of each, $compartments.
// Returns: of (one of $ids), other, type, outgoing, link (properties; of a statement too), total (how many there are of `of`).
UNWIND $ids AS id
MATCH (n:Entity {id: id})
WHERE n.compartment IN $compartments AND n.seq_to IS NULL
CALL (n) {
  MATCH (n)-[r:!POSSIBLY_SAME]-(m:Entity)
  WHERE m.id IN $all AND r.seq_to IS NULL AND m.compartment IN $compartments AND m.seq_to IS NULL
    AND all(c IN coalesce(r.compartments, [r.compartment]) WHERE c IN $compartments)
  WITH r, m, startNode(r) = n AS outgoing ORDER BY r.id
  RETURN collect({other: m.id, type: type(r), outgoing: outgoing, link: properties(r)}) AS found
}
UNWIND found[..$each] AS one
RETURN n.id AS of, one.other AS other, one.type AS type, one.outgoing AS outgoing, one.link AS link, size(found) AS total
ORDER BY of, link.id
