// Which load, run or person's act the batches with these numbers are of: no case data. $seqs. Returns: seq, load, run (either may be null).
UNWIND $seqs AS seq
MATCH (b:Batch {seq: seq})
RETURN b.seq AS seq, b.load AS load, b.run AS run
