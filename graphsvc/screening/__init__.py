"""Who on a list is in the graph: names, addresses or companies compared with what a view holds. Nothing is written."""
