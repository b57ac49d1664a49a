// The last finished run of at least these kinds on exactly this view, under the same conditions.
// Parameters: $compartments, $kinds, $conditions. Returns at most one row: run (properties).
MATCH (r:ResolutionRun)
WHERE r.status = 'finished' AND r.conditions = $conditions AND all(kind IN $kinds WHERE kind IN r.kinds)
  AND size(r.compartments) = size($compartments) AND all(c IN r.compartments WHERE c IN $compartments)
RETURN properties(r) AS run
ORDER BY r.seq DESC LIMIT 1
