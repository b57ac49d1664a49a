// Takes the next batch number and keeps every other batch waiting until this transaction ends.
// Returns: seq.
MERGE (s:Seq {id: 'seq'})
  ON CREATE SET s.value = 0
SET s.value = s.value + 1
RETURN s.value AS seq
