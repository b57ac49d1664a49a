// A run of resolution, or what has become of it. $id, $set.
MERGE (r:ResolutionRun {id: $id})
SET r += $set
