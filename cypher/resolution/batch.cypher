// The feed: what one transaction of a run has changed. $seq, $run, $at, $added, $retired (ids of decisions). Counted for every source
// that a changed decision joins: answers tell by that count whether what they rest on has changed.
CREATE (:Batch {seq: $seq, run: $run, at: $at, added: $added, retired: $retired, changed: []})
WITH 1 AS one
UNWIND $added + $retired AS id
CALL (id) {
  MATCH (a:Entity)-[r:SAME_AS {id: id}]->(b:Entity) USING INDEX SEEK r:SAME_AS(id) RETURN a.source AS x, b.source AS y
  UNION ALL
  MATCH (a:Entity)-[r:POSSIBLY_SAME {id: id}]->(b:Entity) USING INDEX SEEK r:POSSIBLY_SAME(id) RETURN a.source AS x, b.source AS y
}
UNWIND [x, y] AS source
WITH DISTINCT source
MATCH (s:Source {id: source})
SET s.batches = coalesce(s.batches, 0) + 1
