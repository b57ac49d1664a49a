// Decisions in force that resolution has made between two entities in view, of one kind, a page in id order.
// Parameters: $compartments, $kind (people, organisations or things), $after, $limit; <<type>> SAME_AS or POSSIBLY_SAME.
// Returns: id, a, b, bits (null where a rule decided), contradicted (whether a contradiction held the pair back),
//   decisive (whether an equal identifier decided).
MATCH (a:Entity)-[r:<<type>>]->(b:Entity)
WHERE r.id > $after AND r.method = 'resolution' AND r.seq_to IS NULL
  AND $kind = CASE WHEN a:Person THEN 'people' WHEN a:Organization THEN 'organisations' ELSE 'things' END
  AND a.compartment IN $compartments AND b.compartment IN $compartments AND all(c IN r.compartments WHERE c IN $compartments)
RETURN r.id AS id, a.id AS a, b.id AS b, r.bits AS bits, coalesce(r.contradicted, false) AS contradicted,
  coalesce(r.decisive, false) AS decisive
ORDER BY id LIMIT $limit
