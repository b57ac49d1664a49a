// In which compartment entities are, and what the last run saw of which a community is: housekeeping, to end watches. $ids, $communities.
// Returns: id, compartments.
CALL () {
  UNWIND $ids AS id
  MATCH (n:Entity {id: id})
  RETURN n.id AS id, [n.compartment] AS compartments
  UNION ALL
  UNWIND $communities AS id
  CALL (id) {
    MATCH (c:Community {id: id})
    MATCH (r:JobRun {id: c.run, status: 'finished'})
    RETURN r.compartments AS compartments
    ORDER BY r.started_at DESC LIMIT 1
  }
  RETURN id, compartments
}
RETURN id, compartments
