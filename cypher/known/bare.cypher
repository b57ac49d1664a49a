// Which of the given entities were there at batch $known, are not in force today, and show by no record and no link in view that they were:
// what is left of a row that its source has withdrawn. Parameters: $ids, $compartments. Returns: id.
UNWIND $ids AS id
MATCH (n:Entity {id: id})
WHERE n.compartment IN $compartments AND n.seq_to IS NOT NULL AND coalesce(size(n.records), 0) = 0
  AND NOT EXISTS {
    MATCH (n)-[r:!(SAME_AS|POSSIBLY_SAME)]-(m:Entity)
    WHERE r.seq_to IS NULL AND r.compartment IN $compartments AND m.compartment IN $compartments
  }
RETURN n.id AS id
