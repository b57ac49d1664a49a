// Entities and records in view by id, each with the compartments in view by any of which it is. A withdrawn record is not there.
// Parameters: $ids, $compartments. Returns: id, kind (entity or record), compartments.
UNWIND $ids AS id
CALL (id) {
  MATCH (n:Entity {id: id})
  WHERE n.compartment IN $compartments AND n.seq_to IS NULL
  RETURN 'entity' AS kind, [n.compartment] AS held
  UNION ALL
  MATCH (r:Record {id: id})
  WHERE any(c IN coalesce(r.compartments, [r.source]) WHERE c IN $compartments)
    AND NOT EXISTS { MATCH (w:Refusal {id: split(r.id, '@')[0]}) WHERE w.seq_to IS NULL }
  RETURN 'record' AS kind, [c IN coalesce(r.compartments, [r.source]) WHERE c IN $compartments] AS held
}
RETURN id, kind, held AS compartments
ORDER BY id
