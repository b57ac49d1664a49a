"""Who is who: which entities are the same person or organisation, with the evidence, and never by name alone.

Tables of entities in, decisions out (`resolve`); out of the graph and into it (`reading`, `runs`).
"""
