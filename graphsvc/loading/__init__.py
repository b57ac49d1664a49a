"""Files into the graph: read, map by a spec, check, write; and how to tell that two graphs are the same."""
