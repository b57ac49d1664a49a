"""The topology in memory: who is linked with whom, in compact arrays beside Neo4j, for searches that Cypher can't express fast.

It holds numbers only: no names, no ids, no properties. It is built from Neo4j, kept in files that processes share, and follows the
feed of batches; what it can't follow is built again, never served stale.
"""
