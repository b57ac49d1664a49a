// How many links in view joined two groups of entities, besides those given, as of a batch: directly, or as the same.
// Parameters: $a, $b ids, $besides ids of links, $seq, $compartments. Returns one row: links.
UNWIND $a AS id
MATCH (a:Entity {id: id})-[r:!POSSIBLY_SAME]-(b:Entity)
WHERE b.id IN $b AND NOT r.id IN $besides AND a.compartment IN $compartments AND b.compartment IN $compartments
  AND all(c IN coalesce(r.compartments, [r.compartment]) WHERE c IN $compartments)
  AND r.seq_from <= $seq AND coalesce(r.seq_to, $seq + 1) > $seq
RETURN count(r) AS links
