// Nodes of the graph $name without which it falls apart further, as its property articulation_points. Returns one row: told {points}.
CALL gds.articulationPoints.mutate($name, {mutateProperty: 'articulation_points', concurrency: 1}) YIELD articulationPointCount
RETURN {points: articulationPointCount} AS told
