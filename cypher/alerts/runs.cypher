// Runs of jobs that finished since $since, in order: of what they found nothing. Returns: id, kind, finished_at.
MATCH (r:JobRun {status: 'finished'})
WHERE r.finished_at >= $since
RETURN r.id AS id, r.kind AS kind, r.finished_at AS finished_at
ORDER BY finished_at, id
