// The sealed rows of the given records, for mapping them again.
// $ids. Returns: id, sha256, as_of, spec, raw, expires_at, table, key, columns (JSON list or null for JSON lines).
UNWIND $ids AS id
MATCH (r:Record {id: id})
MATCH (l:Load {id: r.load})
RETURN r.id AS id, r.sha256 AS sha256, r.as_of AS as_of, r.spec AS spec, r.raw AS raw, r.expires_at AS expires_at,
       r.table AS table, r.key AS key,
       head([i IN range(0, size(l.file_sha256) - 1) WHERE l.file_sha256[i] = r.file_sha256 | l.columns[i]]) AS columns
