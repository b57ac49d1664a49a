// Links and statements that touch these entities, in force now or not, all of them in view: what may have held at either of two batches.
// Parameters: $ids, $left_out types of entities that everybody passes, $most records that count, $limit, $compartments.
// Returns: id, type, a, b (ids of its ends), records (how many, at most $most), seq_from, seq_to, seq_history, and when its ends were there:
//   a_from, a_to, b_from, b_to. By id.
UNWIND $ids AS one
MATCH (n:Entity {id: one})-[r:!POSSIBLY_SAME]-(m:Entity)
WHERE n.compartment IN $compartments AND m.compartment IN $compartments AND NOT m.type IN $left_out AND NOT n.type IN $left_out
  AND all(c IN coalesce(r.compartments, [r.compartment]) WHERE c IN $compartments)
WITH DISTINCT r, startNode(r) AS a, endNode(r) AS b ORDER BY r.id LIMIT $limit
RETURN r.id AS id, type(r) AS type, a.id AS a, b.id AS b,
  CASE WHEN size(r.records) > $most THEN $most ELSE size(r.records) END AS records,
  r.seq_from AS seq_from, r.seq_to AS seq_to, r.seq_history AS seq_history,
  a.seq_from AS a_from, a.seq_to AS a_to, b.seq_from AS b_from, b.seq_to AS b_to
ORDER BY r.id
