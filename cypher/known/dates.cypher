// The as-of dates that loads of a source had given by a time ($at); a load of rows with dates of their own gives `each row's own`.
// Parameters: $sources, $at. Returns: source, dates.
UNWIND $sources AS source
MATCH (l:Load {source: source})
WHERE l.started_at <= $at
UNWIND l.as_of AS date
RETURN source, collect(DISTINCT date) AS dates
