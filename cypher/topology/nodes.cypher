// Entities with internal numbers from $begin to before $end. Returns per compartment (null: retired) and type: nodes, ids (two lists of
// equal length).
UNWIND range($begin, $end - 1) AS number
MATCH (n) WHERE id(n) = number AND n:Entity
RETURN CASE WHEN n.seq_to IS NULL THEN n.compartment END AS compartment, n.type AS type, collect(number) AS nodes, collect(n.id) AS ids
