// Who is in communities, by the last finished run that has each: whatever that run saw. $communities. Returns: id, members.
UNWIND $communities AS id
CALL (id) {
  MATCH (c:Community {id: id})
  MATCH (r:JobRun {id: c.run, status: 'finished'})
  RETURN c.members + c.things AS members
  ORDER BY r.started_at DESC LIMIT 1
}
RETURN id, members
