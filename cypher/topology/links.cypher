// Links and same-as statements in force that leave nodes with internal numbers from $begin to before $end, whatever their compartments.
// Returns per type and compartments: froms, tos, rels (internal numbers, three lists of equal length).
UNWIND range($begin, $end - 1) AS number
MATCH (n) WHERE id(n) = number AND n:Entity
MATCH (n)-[r]->(m:Entity) WHERE r.seq_to IS NULL
RETURN type(r) AS type, coalesce(r.compartments, [r.compartment]) AS compartments, collect(number) AS froms, collect(id(m)) AS tos,
  collect(id(r)) AS rels
