"""First loads at full speed: rows become import files, which Neo4j's own tool makes a database of.

`run` is the door. `rows` maps and sorts, `things` makes entities and links out of all that was said of each, `files` writes what the
tool reads, `spool` keeps on disk what has to meet, `lifetimes` says when a thing was in force, `state` how far a bulk load is.
"""
