// Says in the feed that something was changed that no batch tells of.
// Parameters: $at now. A batch of no load; who follows the feed has to begin anew.
MERGE (s:Seq {id: 'seq'})
  ON CREATE SET s.value = 0
SET s.value = s.value + 1
CREATE (:Batch {seq: s.value, at: $at, by_hand: true})
