// Links of the graph $name without which it falls apart further; those to a node with one neighbour say nothing and are counted only.
// Parameters: $name, $most. Returns one row: told {bridges, between: pairs of clusters that both have more neighbours, at most $most, in order}.
CALL gds.bridges.stream($name, {concurrency: 1}) YIELD from, to
WITH CASE WHEN from < to THEN [from, to] ELSE [to, from] END AS pair,
  gds.util.nodeProperty($name, from, 'links') > 1 AND gds.util.nodeProperty($name, to, 'links') > 1 AS inner
ORDER BY pair[0], pair[1]
RETURN {bridges: count(*), between: collect(CASE WHEN inner THEN pair END)[..$most]} AS told
