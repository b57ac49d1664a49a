"""What finds and weighs the pairs: DuckDB in this process, or Spark, on one machine or many. Both decide the same.

May import settings. Spark is imported only when asked for, since it is no part of the default installation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pyarrow as pa

from graphsvc.errors import InputError
from graphsvc.resolution.compare import Bench, opened
from graphsvc.resolution.reference import Reference
from graphsvc.settings import Settings


@dataclass(frozen=True)
class Engine:
    """`opened` gives the bench of a table of one kind."""

    name: str
    opened: Callable[[str, pa.Table, Reference], AbstractContextManager[Bench]]


DUCKDB = Engine("duckdb", opened)


@contextmanager
def started(name: str, settings: Settings) -> Iterator[Engine]:
    """The engine of this name (`duckdb` or `spark`), for as long as it is needed.

    Raises InputError for another name and where Spark is not installed, ServerStartError when Spark does not start.
    """
    if name == "duckdb":
        yield DUCKDB
        return
    if name != "spark":
        raise InputError(f"There is no engine {name!r}.", hint="There are: duckdb, spark.")
    try:
        from graphsvc.resolution.spark import session
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "pyspark":
            raise
        raise InputError(
            "The engine spark needs pyspark, which is not installed.", hint="Install it with: pip install 'graphsvc[spark]'"
        ) from error
    with session(settings) as opened_on_spark:
        yield Engine("spark", opened_on_spark)
