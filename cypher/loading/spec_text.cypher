// The text of the spec kept under its hash. $sha256. Returns: text.
MATCH (p:Spec {sha256: $sha256})
RETURN p.text AS text
