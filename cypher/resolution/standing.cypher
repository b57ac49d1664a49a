// Decisions in force that resolution has made between two entities in view, of one label, a page in id order.
// Parameters: $compartments, $after, $limit; <<type>> SAME_AS or POSSIBLY_SAME, <<label>>. Returns: id.
MATCH (a:Entity)-[r:<<type>>]->(b:Entity)
WHERE r.id > $after AND r.method = 'resolution' AND r.seq_to IS NULL AND a:<<label>>
  AND a.compartment IN $compartments AND b.compartment IN $compartments AND all(c IN r.compartments WHERE c IN $compartments)
RETURN r.id AS id
ORDER BY id LIMIT $limit
