// What links in view join entities to. Parameters: $ids; $among (others than these do not matter; null: all do), $compartments; <<most>> of one
// entity. Returns: id, others (ids, each once).
UNWIND $ids AS id
MATCH (x:Entity {id: id})
WHERE x.compartment IN $compartments AND x.seq_to IS NULL
RETURN id, COLLECT {
  MATCH (x)-[r:!(SAME_AS|POSSIBLY_SAME)]-(y:Entity)
  WHERE r.seq_to IS NULL AND r.compartment IN $compartments AND y.seq_to IS NULL AND y.compartment IN $compartments
    AND ($among IS NULL OR y.id IN $among)
  RETURN DISTINCT y.id LIMIT <<most>>
} AS others
