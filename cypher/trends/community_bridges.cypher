// The bridges that a run of communities in view has measured. Parameters: $run, $compartments. Returns: a, b (ids at either end).
MATCH (r:JobRun {id: $run, status: 'finished'})
WHERE all(c IN r.compartments WHERE c IN $compartments)
MATCH (c:CommunityBridge {run: r.id})
RETURN c.a AS a, c.b AS b
