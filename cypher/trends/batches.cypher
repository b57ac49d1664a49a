// As of which days the loads were that batches are of: no case data. Returns: seq, source, as_of (list of days).
MATCH (b:Batch)
MATCH (l:Load {id: b.load})
RETURN b.seq AS seq, l.source AS source, [one IN coalesce(l.as_of, []) WHERE one =~ '[0-9]{4}-[0-9]{2}-[0-9]{2}.*' | left(one, 10)] AS as_of
ORDER BY seq
