// A run of a job, or what has become of it. $id, $set.
MERGE (r:JobRun {id: $id})
SET r += $set
