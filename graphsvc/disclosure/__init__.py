"""How an answer can be shown to rest on what was given: records verbatim, proofs of what was asked."""
