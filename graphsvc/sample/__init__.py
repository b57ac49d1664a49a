"""The sample world: a fictional country told by eight sources that disagree, with the truth beside it.

Why it exists: demos, tests and benchmarks need data of any size whose right answers are known, without anybody's real data.
Every name, number and fact is invented by the generator; the rates of errors come from published sources (`rates.py`).
Nothing in the product reads `truth/`. May import the standard library and `graphsvc.errors` only.
"""

from graphsvc.sample.generate import SOURCES, generate
from graphsvc.sample.output import FileWritten, Manifest, Progress
from graphsvc.sample.rates import VERSION

__all__ = ["SOURCES", "VERSION", "FileWritten", "Manifest", "Progress", "generate"]
