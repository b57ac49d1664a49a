// How much the graph holds at most, whatever is in view: entities and links as the database has counted them. No case data; only for deciding
// whether a projection of all of it would fit. Returns one row: nodes, links.
CALL () {
  MATCH (n:Entity)
  RETURN count(n) AS nodes
}
CALL () {
  MATCH ()-[r]->()
  RETURN count(r) AS links
}
RETURN nodes, links
