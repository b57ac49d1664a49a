// Who belongs to which community of a projection: entities in view by id.
// Parameters: $whole, $same, $name of the graphs; $seq, $left_out as they were projected with; $most links of one that is no hub; $attributes
//   types of entities that several can share; $measures properties that are wanted besides; $alone whether nobody belongs to anybody;
//   $compartments.
// Returns a row a community, by the first id, and one for hubs, which belong to none: hubs (whether it is that one), clusters (numbers), ids,
//   things (whether it is such an attribute), strengths, measured (a list of values each; empty without measures): lists of equal length.
MATCH (n:Entity)
WHERE n.id > '' AND n.compartment IN $compartments AND n.seq_from <= $seq AND coalesce(n.seq_to, $seq + 1) > $seq AND NOT n.type IN $left_out
WITH n ORDER BY n.id
WITH n, toInteger(gds.util.nodeProperty($same, n, 'cluster')) AS cluster
WITH n.id AS id, cluster, n.type IN $attributes AS thing, gds.util.nodeProperty($whole, cluster, 'links') > $most AS hub
WITH id, cluster, thing, hub,
  CASE WHEN hub THEN null WHEN $alone THEN cluster ELSE toInteger(gds.util.nodeProperty($name, cluster, 'community')) END AS community,
  CASE WHEN hub THEN 0.0 ELSE gds.util.nodeProperty($name, cluster, 'strength') END AS strength,
  CASE WHEN size($measures) = 0 THEN null WHEN hub THEN [] ELSE [one IN $measures | toFloat(gds.util.nodeProperty($name, cluster, one))] END
    AS measured
WITH hub, community, min(id) AS first, collect(cluster) AS clusters, collect(id) AS ids, collect(thing) AS things, collect(strength) AS strengths,
  collect(measured) AS measured
RETURN hub AS hubs, clusters, ids, things, strengths, measured
ORDER BY first
