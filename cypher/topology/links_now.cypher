// Links or statements of one type by id, as they are. Returns: id, from, to, rel (internal numbers), compartments (null: retired).
UNWIND $ids AS id
MATCH (a)-[r:<<type>> {id: id}]->(b)
RETURN r.id AS id, id(a) AS from, id(b) AS to, id(r) AS rel,
  CASE WHEN r.seq_to IS NULL THEN coalesce(r.compartments, [r.compartment]) END AS compartments
