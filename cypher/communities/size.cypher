// How much a projection would hold, for estimating its memory before.
// Parameters: $seq the graph as of this batch, $left_out types of entities that everybody passes, $compartments. Returns one row: nodes, links.
MATCH (a:Entity)
WHERE a.compartment IN $compartments AND a.seq_from <= $seq AND coalesce(a.seq_to, $seq + 1) > $seq AND NOT a.type IN $left_out
RETURN count(a) AS nodes, sum(COUNT {
  MATCH (a)-[r:!(SAME_AS|POSSIBLY_SAME)]->(b:Entity)
  WHERE r.seq_from <= $seq AND coalesce(r.seq_to, $seq + 1) > $seq AND r.compartment IN $compartments
    AND b.compartment IN $compartments AND b.seq_from <= $seq AND coalesce(b.seq_to, $seq + 1) > $seq AND NOT b.type IN $left_out
}) AS links
