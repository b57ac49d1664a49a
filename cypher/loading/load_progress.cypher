// How far a load is, in the same transaction as the batch. $id, $rows_done, $report (JSON).
MATCH (l:Load {id: $id})
SET l.rows_done = $rows_done, l.report = $report
