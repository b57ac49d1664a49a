// Keys of records that sources in view have withdrawn since a batch, and whose withdrawal is in force today.
// Parameters: $since the batch's number, $compartments. Returns: id (`source/record/table/key`).
UNWIND $compartments AS compartment
WITH DISTINCT split(compartment, '/')[0] AS source
MATCH (w:Refusal)
WHERE w.id STARTS WITH source + '/' AND w.seq_to IS NULL AND w.seq_from > $since
RETURN w.id AS id
