// Registers source, spec and load before the first row. $source (properties), $spec (properties), $load (properties).
MERGE (s:Source {id: $source.id})
SET s += $source
MERGE (p:Spec {sha256: $spec.sha256})
SET p += $spec
MERGE (l:Load {id: $load.id})
SET l += $load
