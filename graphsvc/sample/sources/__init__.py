"""The eight sources, one module each: what it holds, in which format and with which quirks. `write(world, output)` writes its files.

May import the standard library and graphsvc.sample.
"""
