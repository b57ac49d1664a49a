// What the rule of equal identifiers had joined while loading is left to resolution, which decides it with the rest.
MATCH ()-[r:SAME_AS]->()
WHERE r.method = 'interim-exact-identifier' AND r.seq_to IS NULL
WITH collect(r) AS ended
WHERE size(ended) > 0
MERGE (s:Seq {id: 'seq'})
  ON CREATE SET s.value = 0
SET s.value = s.value + 1
CREATE (:Batch {seq: s.value, at: toString(datetime.transaction()), by_hand: true, added: [], retired: [r IN ended | r.id], changed: []})
FOREACH (r IN ended | SET r.seq_to = s.value);
