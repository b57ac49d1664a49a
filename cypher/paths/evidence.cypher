// What the paths of an answer are told with: entities, the links and statements of their hops, and the records that these rest on, by
// Neo4j's internal numbers; and how many batches have changed the sources in view, which tells whether a load came in between.
// Parameters: $nodes, $links numbers; $own how many records of an entity are wanted; $compartments, $searched, $crossing as in shortest.cypher.
// As in read/records.cypher, any of a record's compartments in view shows its facts, only all of them its hash.
// Returns one row: entities (list of {number, entity}), links (list of {number, link, from}), records (list of {record, load}), batches.
WITH COLLECT {
  UNWIND $nodes AS number
  MATCH (n) WHERE id(n) = number AND n:Entity AND n.compartment IN $compartments AND n.seq_to IS NULL
  RETURN {number: number, entity: properties(n)}
} AS entities, COLLECT {
  UNWIND $links AS number
  MATCH (a:Entity)-[r]->(b:Entity)
  WHERE id(r) = number AND r.seq_to IS NULL AND a.compartment IN $compartments AND b.compartment IN $compartments
    AND CASE WHEN r:SAME_AS|POSSIBLY_SAME THEN type(r) IN $crossing AND all(c IN r.compartments WHERE c IN $compartments)
      ELSE r.compartment IN $searched END
  RETURN {number: number, link: properties(r), from: id(a)}
} AS links
WITH entities, links, reduce(ids = [], l IN links | ids + coalesce(l.link.records, []))
  + reduce(ids = [], e IN entities | ids + coalesce(e.entity.records, [])[..$own]) AS ids
RETURN entities, links, COLLECT {
  UNWIND ids AS id
  WITH DISTINCT id
  MATCH (r:Record {id: id})
  WITH r, coalesce(r.compartments, [r.source]) AS held
  WHERE any(c IN held WHERE c IN $compartments)
    AND NOT EXISTS { MATCH (w:Refusal {id: split(r.id, '@')[0]}) WHERE w.seq_to IS NULL }
  OPTIONAL MATCH (l:Load {id: r.load})
  RETURN {record: r {.id, .source, .key, .version, .load, .as_of, .as_of_seq, .file_sha256, .line, .table, .seq_from, .seq_to, .seq_history,
      sha256: CASE WHEN all(c IN held WHERE c IN $compartments) THEN r.sha256 END}, load: l {.files, .file_sha256}}
} AS records, COLLECT {
  UNWIND $compartments AS compartment
  WITH DISTINCT split(compartment, '/')[0] AS source
  MATCH (s:Source {id: source})
  RETURN coalesce(s.batches, 0)
} AS batches
