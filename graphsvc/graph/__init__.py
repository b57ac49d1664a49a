"""Neo4j: driver, managed local server, migrations, query files, the View type.

The only package that imports the Neo4j driver. Every read of case data goes through `Graph.ask`, which takes a view.
"""
