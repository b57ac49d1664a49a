// What is kept of rows that were not eligible, by the keys of their records. $keys. Returns one row: found (list of properties).
UNWIND $keys AS key
MATCH (w:Refusal {id: key})
RETURN collect(properties(w)) AS found
