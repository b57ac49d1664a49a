// Whether any row of a source was ever refused as not eligible. $prefix (`source/record/`). Returns one row if so.
MATCH (w:Refusal)
WHERE w.id STARTS WITH $prefix
RETURN w.id AS id
LIMIT 1
