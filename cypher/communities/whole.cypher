// All communities of a finished run whose compartments are all in view. Parameters: $run, $compartments.
// Returns: number, members, things, size, by number.
MATCH (r:JobRun {id: $run, status: 'finished'})
WHERE all(c IN r.compartments WHERE c IN $compartments)
MATCH (c:Community {run: r.id})
RETURN c.number AS number, c.members AS members, c.things AS things, c.size AS size
ORDER BY c.number
