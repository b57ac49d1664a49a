// Who in view is stated to be the same as whom, as of a batch, of entities with internal numbers from $begin to before $end.
// Parameters: $begin, $end, $seq, $compartments. Returns one row: froms, tos (internal numbers, lists of equal length).
UNWIND range($begin, $end - 1) AS number
MATCH (a) WHERE id(a) = number AND a:Entity
MATCH (a)-[s:SAME_AS]->(b:Entity)
WHERE a.compartment IN $compartments AND b.compartment IN $compartments AND all(c IN s.compartments WHERE c IN $compartments)
  AND s.seq_from <= $seq AND coalesce(s.seq_to, $seq + 1) > $seq
RETURN collect(number) AS froms, collect(id(b)) AS tos
