"""graphsvc: how are these people and organisations connected, and how do you know?"""

__version__ = "0.1.0"
