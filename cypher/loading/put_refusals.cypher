// Keeps refusals. $rows: {id, p: all properties}; one without any observation left goes.
UNWIND $rows AS row
MERGE (w:Refusal {id: row.id})
SET w = row.p
WITH w
WHERE size(w.observed) = 0
DELETE w
