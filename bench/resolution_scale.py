"""How long it takes to say who is who among a million people's rows, end to end, beside Splink alone on the same rows.

The rows are those of a sample world, as the loader specs map them. Neo4j's own import tool puts them into an empty managed database, which
is not measured: each person's entity with its addresses, phones, accounts and vehicles, and the links to them. Then `graphsvc`'s run:
people out of Neo4j, compared, decided, decisions written back; in a process of its own, whose memory is watched. Beside it, in another
process, plain Splink on the same rows with what its documentation proposes for names, dates and postcodes: trained, predicted, pairs of
probability 0.9 read out. Target: at most 2.5 times Splink's time, in less than 6 GB. And what Neo4j alone takes to give the same rows and
to write the same decisions by bare statements, with nothing compared: no way from the graph and back is shorter.

    python -m bench.resolution_scale [--rows 1000000] [--smoke]
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from bench.common import machine, report
from bench.entities import SOURCES
from bench.resolution import published
from graphsvc.graph.driver import Graph
from graphsvc.graph.java import find_java
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.open import open_graph
from graphsvc.graph.server import ManagedServer
from graphsvc.graph.view import Inquiry, View
from graphsvc.resolution.reference import load_reference
from graphsvc.resolution.runs import run
from graphsvc.sample import generate
from graphsvc.settings import Settings

_ROWS_A_PERSON = 2.86  # rows of people that the sources tell, of each person of the sample world
_SEED = 1
_VIEW, _INQUIRY = View(SOURCES, "paths"), Inquiry("bench", "bench", "bench")
_DECISIONS = (
    "MATCH (a:Entity)-[r:{}]->(b:Entity) WHERE r.id > $after RETURN a.id AS a, b.id AS b, properties(r) AS p ORDER BY r.id LIMIT 2000"
)
_BARE = "UNWIND $rows AS row MATCH (a:Entity {id: row.a}) MATCH (b:Entity {id: row.b}) CREATE (a)-[r:BARE]->(b) SET r = row.p"
_TO = {"phones": ("HAS_PHONE", "Phone"), "accounts": ("HAS_ACCOUNT", "Account"), "vehicles": ("KEEPS", "Vehicle")}


def prepare(people: int, folder: Path) -> int:
    """Write the world's rows and its reference table into `folder`; how many rows."""
    generate(people, _SEED, folder / "world")
    persons, _, reference = published(folder / "world", people)
    reference.save(folder / "names.json")
    pq.write_table(persons, folder / "people.parquet")
    return persons.num_rows


def write_import_files(folder: Path) -> list[str]:
    """What Neo4j's import tool reads; its arguments."""
    labels = load_ontology().labels
    things: dict[str, tuple[str, dict[str, str]]] = {}
    links = ("LIVES_AT", *(type for type, _ in _TO.values()))
    with ExitStack() as opened:
        person, *writers = (
            csv.writer(opened.enter_context((folder / f"{name}.csv").open("w", newline="", encoding="utf-8")))
            for name in ("people", *links)
        )
        person.writerow(
            [
                "id:ID",
                "source",
                "compartment",
                "type",
                "caption",
                "name:string[]",
                "firstName",
                "lastName",
                "birthDate",
                "records:string[]",
                "seq_from:long",
            ]
        )
        rows = dict(zip(links, writers, strict=True))
        for writer in rows.values():
            writer.writerow([":START_ID", ":END_ID", "id", "source", "compartment", "records:string[]", "seq_from:long"])
        for row in _rows(folder):
            records = ";".join(row["records"])
            names = ";".join(name.replace(";", ",") for name in row["names"])
            person.writerow(
                [
                    row["id"],
                    row["source"],
                    row["source"],
                    "Person",
                    row["names"][0],
                    names,
                    row["first"],
                    row["last"],
                    row["born"],
                    records,
                    1,
                ]
            )
            for type, to, told in _linked(row):
                things.setdefault(to, (type[1], told))
                number = hashlib.sha256(f"{row['id']} {to}".encode()).hexdigest()[:16]
                rows[type[0]].writerow([row["id"], to, f"{row['source']}/{type[0]}/{number}", row["source"], row["source"], records, 1])
    columns = ["street", "houseNumber", "postalCode", "city", "number", "iban", "registrationNumber", "jurisdiction"]
    for type in ("Address", "Phone", "Account", "Vehicle"):
        with (folder / f"{type}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["id:ID", "source", "compartment", "type", *columns, "seq_from:long"])
            for id, (of, told) in things.items():
                if of == type:
                    source = id.split("/")[0]
                    writer.writerow([id, source, source, type, *(told.get(column) for column in columns), 1])
    with (folder / "sources.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [[":ID", "id", "batches:long", "people_numbered:boolean"], *([f"source {s}", s, 1, s != "case_files"] for s in SOURCES)]
        )
    (folder / "seq.csv").write_text(":ID,id,value:long\nseq of all,seq,1\n")
    typed = {"people": "Person", **{type: type for type in ("Address", "Phone", "Account", "Vehicle")}}
    given = [f"--nodes={':'.join(['Entity', *labels(type)])}={folder / f'{name}.csv'}" for name, type in typed.items()]
    given += [f"--nodes=Source={folder / 'sources.csv'}", f"--nodes=Seq={folder / 'seq.csv'}"]
    return given + [f"--relationships={name}={folder / f'{name}.csv'}" for name in links]


def _rows(folder: Path) -> Iterator[dict[str, Any]]:
    for batch in pq.ParquetFile(folder / "people.parquet").iter_batches(20_000):
        yield from batch.to_pylist()


def _linked(row: dict[str, Any]) -> Iterator[tuple[tuple[str, str], str, dict[str, str]]]:
    source = row["source"]
    for address in row["addresses"] or ():
        told = {"street": address["street"], "houseNumber": address["house"], "postalCode": address["postcode"], "city": address["city"]}
        key = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:20]
        yield ("LIVES_AT", "Address"), f"{source}/Address/{key}", told
    for column, (type, to) in _TO.items():
        for value in row[column] or ():
            plate, _, jurisdiction = value.partition("|")
            told = {"phones": {"number": value}, "accounts": {"iban": value}}.get(
                column, {"registrationNumber": plate, "jurisdiction": jurisdiction}
            )
            yield (type, to), f"{source}/{to}/{hashlib.sha256(value.encode()).hexdigest()[:20]}", told


def import_full(settings: Settings, given: list[str]) -> None:
    """Fill the empty managed database by Neo4j's own tool, and migrate it."""
    open_graph(settings).close()
    server = ManagedServer(settings)
    server.stop()
    files = server.files
    command = [str(find_java(settings).program), "-Xmx2g", f"@{files.classpath}", "org.neo4j.cli.AdminTool", "database", "import", "full"]
    options = ["neo4j", "--overwrite-destination", "--array-delimiter=;", "--id-type=string"]
    told = {**os.environ, "NEO4J_HOME": str(files.folder), "NEO4J_CONF": str(files.conf)}
    options.append(f"--report-file={files.folder / 'import.report'}")  # otherwise where one stands
    done = subprocess.run([*command, *options, *given], env=told, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"The import failed: {done.stdout[-200:]} {done.stderr[-1500:]}")
    open_graph(settings).close()


def floor(settings: Settings) -> dict[str, Any]:
    """Neo4j alone, after a run: its rows out, and its decisions in once more, as links of a type of their own without an index."""
    with open_graph(settings) as graph:
        began, after = time.perf_counter(), ""
        while rows := graph.ask(_VIEW, _INQUIRY, "resolution/people", after=after, limit=5_000):
            after = rows[-1]["id"]
        reading, writing = time.perf_counter() - began, 0.0
        for type in ("SAME_AS", "POSSIBLY_SAME"):
            after = ""
            while rows := graph.statement(_DECISIONS.format(type), after=after):
                after, began = rows[-1]["p"]["id"], time.perf_counter()
                graph.statement(_BARE, rows=rows)
                writing += time.perf_counter() - began
    return {"seconds": reading + writing, "reading": reading, "writing": writing}


def ours(settings: Settings, folder: Path) -> dict[str, Any]:
    """The run, with how long each part of it took by what it says on its way."""
    said: list[tuple[float, str]] = []
    graph: Graph = open_graph(settings)
    began = time.perf_counter()
    told = run(
        graph,
        _VIEW,
        _INQUIRY,
        kinds=["people"],
        reference=load_reference(folder / "names.json"),
        everything=True,
        say=lambda text: said.append((time.perf_counter(), text)),
    )
    ended = time.perf_counter()
    graph.close()
    times = [at for at, _ in said] + [ended]
    parts = {text.split()[0].lower(): times[n + 1] - at for n, (at, text) in enumerate(said)}
    return {"seconds": ended - began, "same": told["same"], "possible": told["possible"], **parts}


def splink_alone(folder: Path) -> dict[str, Any]:
    began = time.perf_counter()
    given = pq.read_table(folder / "people.parquet", columns=["id", "names", "first", "last", "born", "addresses", "phones"])
    names = [(names[0].split() if names else []) for names in given["names"].to_pylist()]
    addresses = [one[0] if one else {} for one in given["addresses"].to_pylist()]
    rows = pa.table(
        {
            "unique_id": given["id"],
            "first_name": [given_name or (n[0] if n else None) for given_name, n in zip(given["first"].to_pylist(), names, strict=True)],
            "surname": [family or (n[-1] if n else None) for family, n in zip(given["last"].to_pylist(), names, strict=True)],
            "dob": [b if b and len(b) == 10 else None for b in given["born"].to_pylist()],
            "postcode": [a.get("postcode") for a in addresses],
            "street": [a.get("street") for a in addresses],
            "phone": [one[0] if one else None for one in given["phones"].to_pylist()],
        }
    )
    ready = time.perf_counter()
    comparisons = [
        cl.NameComparison("first_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("street"),
        cl.ExactMatch("phone"),
    ]
    blocking = [
        block_on("first_name", "surname"), block_on("dob"), block_on("surname", "postcode"), block_on("first_name", "postcode"),
        block_on("phone"),
    ]  # fmt: skip
    linker = Linker(DuckDBAPI().register(rows), SettingsCreator("dedupe_only", comparisons, blocking), log_level=None)
    training = (block_on("dob", "first_name"), block_on("first_name", "surname"), block_on("phone"))
    linker.training.estimate_probability_two_random_records_match([block_on("dob", "surname"), block_on("phone", "surname")], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=_SEED)
    for rule in training:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    trained = time.perf_counter()
    found = linker.inference.predict(threshold_match_probability=0.9).as_pyarrow_table()
    ended = time.perf_counter()
    return {"seconds": ended - began, "training": trained - ready, "predicting": ended - trained, "same": found.num_rows}


def watched(what: str, folder: Path, home: Path) -> dict[str, Any]:
    """One of them in a process of its own, with its largest resident memory."""
    child = subprocess.Popen(
        [sys.executable, "-m", "bench.resolution_scale", "--only", what, "--folder", str(folder)],
        env={**os.environ, "GRAPHSVC_HOME": str(home)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    most = 0
    ended = threading.Event()

    def watch() -> None:
        nonlocal most
        process = psutil.Process(child.pid)
        while not ended.wait(0.2):
            try:
                most = max(most, process.memory_info().rss)
            except psutil.NoSuchProcess:
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    out, _ = child.communicate()
    ended.set()
    watcher.join()
    if child.returncode:
        raise SystemExit(f"{what} failed.")
    return {**json.loads(out.splitlines()[-1]), "MB": most // 1_000_000}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of people, about")
    parser.add_argument("--smoke", action="store_true", help="3,000 rows")
    parser.add_argument("--only", choices=["ours", "splink", "floor"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.only:
        parts = {
            "ours": lambda: ours(Settings(), args.folder),
            "splink": lambda: splink_alone(args.folder),
            "floor": lambda: floor(Settings()),
        }
        print(json.dumps(parts[args.only]()))
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder, home = Path(name), Path(name) / "home"
        rows = prepare(round((3_000 if args.smoke else args.rows) / _ROWS_A_PERSON), folder)
        settings = Settings(home=home)
        try:
            import_full(settings, write_import_files(folder))
            peer = watched("splink", folder, home)
            own = watched("ours", folder, home)
            bare = watched("floor", folder, home)
        finally:
            ManagedServer(settings).destroy()
        table = [
            {"who": "graphsvc, end to end", "rows": rows, "ratio": own["seconds"] / peer["seconds"], **own},
            {"who": "Splink alone", "rows": rows, "ratio": 1.0, **peer},
            {"who": "Neo4j alone, out and in", "rows": rows, "ratio": bare["seconds"] / peer["seconds"], **bare},
        ]
        report("resolution_scale", table, machine(), folder / "resolution_scale.json" if args.smoke else None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
