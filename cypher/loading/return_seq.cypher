// Gives the batch number back when the batch changed nothing; the lock of next_seq is still held.
MATCH (s:Seq {id: 'seq'})
SET s.value = s.value - 1
