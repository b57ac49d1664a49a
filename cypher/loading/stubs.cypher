// How many entities of a compartment are only referred to. $label (Src_...). Returns: stubs.
MATCH (n:<<label>>)
WHERE n.stub AND n.seq_to IS NULL
RETURN count(n) AS stubs
