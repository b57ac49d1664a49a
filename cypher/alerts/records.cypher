// Records of entities in view that the batch $seq brought, or ended. Parameters: $ids of entities, $seq, $compartments.
// Returns: id (of the entity), new (whether the batch brought the entity itself), records (list of {id, came}), compartments.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
WHERE n.compartment IN $compartments
RETURN n.id AS id, n.seq_from = $seq AS new, COLLECT {
  UNWIND coalesce(n.records, []) AS record
  MATCH (r:Record {id: record})
  WHERE (r.seq_from = $seq OR r.seq_to = $seq) AND any(c IN coalesce(r.compartments, [r.source]) WHERE c IN $compartments)
  RETURN {id: r.id, came: r.seq_to IS NULL}
  ORDER BY r.id LIMIT $most
} AS records, [n.compartment] AS compartments
ORDER BY id
