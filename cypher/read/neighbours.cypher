// What tells namesakes apart: how many links an entity has in view, and a few things that it is linked to.
// Parameters: $ids, $compartments; $attributes and $bodies entity types; $most links looked at: an entity with more is a hub,
//   of which only that is said (two of its thousands of neighbours tell nothing).
// Returns: id, links (at most $most + 1), attributes and bodies (captions with type and link type, sorted, two each).
UNWIND $ids AS id
MATCH (n:Entity {id: id})
WHERE n.compartment IN $compartments
CALL (n) {
  MATCH (n)-[r]-(m:Entity)
  WHERE r.seq_to IS NULL AND r.compartment IN $compartments AND m.seq_to IS NULL AND m.compartment IN $compartments
  WITH r, m LIMIT $most + 1
  RETURN collect({link: type(r), id: m.id, type: m.type, caption: coalesce(m.caption, m.id)}) AS near
}
WITH id, near, CASE WHEN size(near) > $most THEN [] ELSE near END AS told
CALL (told) {
  UNWIND told AS t
  WITH DISTINCT t.link AS link, t.id AS other, t.type AS type, t.caption AS caption WHERE type IN $attributes
  WITH link, other, type, caption ORDER BY caption, other, link LIMIT 2
  RETURN collect({link: link, id: other, type: type, caption: caption}) AS attributes
}
CALL (told) {
  UNWIND told AS t
  WITH DISTINCT t.link AS link, t.id AS other, t.type AS type, t.caption AS caption WHERE type IN $bodies
  WITH link, other, type, caption ORDER BY caption, other, link LIMIT 2
  RETURN collect({link: link, id: other, type: type, caption: caption}) AS bodies
}
RETURN id, size(near) AS links, attributes, bodies
