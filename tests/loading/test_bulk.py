"""A bulk load leaves what ordinary loads of the same files leave, is gone on with after a kill, and refuses what it can't do."""

from __future__ import annotations

import csv
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from test_eligibility import ELIGIBLE
from test_eligibility import SPEC as CASES
from test_kill import SPEC as KILLED
from test_load_order import OTHER, RETENTION
from test_load_order import SPEC as PARTS
from testbed import HEAD, POLICY, Bench

from graphsvc.errors import Conflict, InputError
from graphsvc.graph.content import content
from graphsvc.graph.driver import Graph
from graphsvc.graph.open import open_graph
from graphsvc.graph.progress import Silent
from graphsvc.graph.server import ManagedServer
from graphsvc.loading.bulk.run import Given, bulk_load
from graphsvc.loading.load import LoadResult
from graphsvc.loading.specfile import LoadedSource, load_source
from graphsvc.policy.retention import expiry_month
from graphsvc.policy.vault import Vault
from graphsvc.sample import SOURCES, generate
from graphsvc.settings import Settings
from tests.people import set_up

pytestmark = pytest.mark.neo4j
FULL = os.environ.get("GRAPHSVC_TEST_FULL") == "1"

SEED, PEOPLE = 20240630, 200
DAYS = ["2024-01-31", "2024-03-01", "2024-03-02"]
SMALL = {"db_heap_mb": 512, "db_page_cache_mb": 64, "db_start_timeout_s": 300}

# What is hard to tell a tool that reads text: quotes, ends of lines, the sign between elements, empty elements, points, long numbers.
ODD = """
id: odd
title: Generated
publisher: a test
licence: none
as_of: {value: "2024-06-30"}
tables:
  people:
    files: ["people*.jsonl"]
    format: {kind: jsonl}
    key: ["no"]
    entities:
      it: {type: Person, key: ["no"], properties: {name: "names[]", notes: notes, birthDate: born}}
      home: {type: Address, key: {full: home}, own: true, properties: {location: {lon: lon, lat: lat}, city: city}}
    links:
      lives: {type: LIVES_AT, from: it, to: home}
  payments:
    files: ["payments*.csv"]
    format: {kind: csv}
    entities:
      a: {type: Account, key: {number: from}}
      b: {type: Account, key: {number: to}}
    links:
      paid: {type: TRANSFERRED_TO, from: a, to: b, required: true,
             properties: {at: at, amount: {column: amount, currency: EUR}, reference: text}}
"""
NOTHING = """
id: nothing
title: Generated
publisher: a test
licence: none
as_of: {value: "2024-06-30"}
tables:
  people:
    files: ["people*.csv"]
    format: {kind: csv}
    key: [number]
    entities:
      it: {type: Person, key: [number], properties: {birthDate: born}}
"""


def source(folder: Path, name: str, text: str, policy: str = POLICY) -> LoadedSource:
    place = folder / "loaders" / name
    place.mkdir(parents=True, exist_ok=True)
    (place / "source.yaml").write_text(text, encoding="utf-8")
    (place / "policy.yaml").write_text(HEAD + policy, encoding="utf-8")
    return load_source(place)


def write_lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_table(path: Path, head: str, rows: list[list[Any]], delimiter: str = ",") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, delimiter=delimiter)
        out.writerow(head.split(delimiter))
        out.writerows(rows)
    return path


def messy(folder: Path) -> list[Given]:
    """Sources with all that makes order and repetition matter, and some that can't be mapped."""
    random = Random(SEED)
    pick = random.choice
    files = folder / "files"

    def party() -> dict[str, Any]:
        return {
            "nr": pick("1234567"), "kind": pick("ccop?"), "who": pick(["A", "B", "C/@,%"]), "name": pick(["Ann", "Bob", None]),
            "status": pick(["on", "off", None]), "since": pick(["2019", "2019-05", "2020-02-02", "neither", None]),
            "home": pick(["High Street 1", "high  street 1", "Low", None]), "phone": pick(["+311", "+312", None]),
            "boss": pick(["A", "B", "D", None]),
        }  # fmt: skip

    parties = [write_lines(files / f"parties-{n}_{pick(DAYS)}.jsonl", [party() for _ in range(30)]) for n in range(4)]
    equal = ["x1", "x1", "A", "10", DAYS[0]]
    payments = [
        write_table(
            files / f"payments-{n}.csv", "from;to;payer;amount;day",
            [equal, [f"only{n}", "x2", "", "1", DAYS[0]]]
            + [
                [pick(["x1", "x2", ""]), pick(["x1", "x3"]), pick(["A", "D", ""]), pick(["10", "9.999", "ten"]), pick(DAYS)]
                for _ in range(25)
            ],
            ";",
        )
        for n in range(2)
    ]  # fmt: skip
    deals = [
        write_table(
            files / f"deals-{n}.csv", "deal,from,to,bank,day",
            [
                [pick(["d1", "d2"]), pick(["x1", "x2"]), pick(["x1", "x3"]), pick(["bank", "other", ""]), pick([*DAYS, "2024-03"])]
                for _ in range(12)
            ],
        )
        for n in range(2)
    ]  # fmt: skip
    people = [
        write_lines(
            files / f"people-{n}_{DAYS[n]}.jsonl",
            [
                {
                    "nr": pick("12"),
                    "name": pick(["Ann", "Eve"]),
                    "phone": pick(["+311", "+312"]),
                    "home": pick(["H", ""]),
                    "street": pick("s "),
                }
                for _ in range(6)
            ],
        )
        for n in range(2)
    ]
    cases = [
        write_lines(
            files / f"cases-{day}.jsonl",
            [
                {
                    "no": str(no), "status": pick(["open", "completed", "filed"]), "what": pick(["fraud", "theft"]),
                    "people": pick([["Ann"], ["Bob", "Ann"]]),
                }
                for no in range(12)
            ],
        )
        for day in DAYS
    ]  # fmt: skip
    twice = {"no": "3", "names": ["one"], "notes": "null", "home": "Čapek 1", "city": "München"}
    there = ({"lon": "4.25", "lat": "52"}, {"lon": "0.00000123", "lat": "-0.5"})
    odd_people = [
        {
            "no": "1",
            "names": ['Ann "the, hammer"', "two\nlines"],
            "notes": " spaces \\ and\ttabs ",
            "born": "1980",
            "home": 'A, "B"',
            **there[0],
        },
        {"no": "2", "names": ["sign\x1fbetween", "other"], "notes": "a\r\nb", "born": "1980-05", "home": "Čapek 1", **there[1]},
        twice,
        twice,
        {"no": "4", "names": [], "home": ""},
    ]
    odd_payments = [["a", "b", "2024-06-01", "92233720368547758.07", 'said "so"'], ["a", "b", "2024-06-01T10:00:00+02:00", "-1.5", "x,y"]]
    odd = [
        write_lines(files / "people.jsonl", odd_people),
        write_table(files / "payments.csv", "from,to,at,amount,text", [*odd_payments, odd_payments[0], ["", "b", "2024", "1", ""]]),
    ]
    nothing = [write_table(files / "people.csv", "number,born", [["1", "neither"], ["", "1980"]])]
    return [
        Given(source(folder, "parts", PARTS, RETENTION), [*parties, *payments, *deals]),
        Given(source(folder, "others", OTHER), people),
        Given(source(folder, "cases", CASES, POLICY + ELIGIBLE), cases),
        Given(source(folder, "odd", ODD), odd),
        Given(source(folder, "nothing", NOTHING), nothing),
    ]


def sample(folder: Path) -> list[Given]:
    generate(PEOPLE, 1, folder / "world")
    return [Given(load_source(content("loaders") / name), sorted((folder / "world" / name).iterdir())) for name in SOURCES]


@dataclass
class Loaded:
    """The same files loaded both ways: the graphs, and the results by source."""

    settings: Settings
    given: list[Given]
    bulk: Bench
    ordinary: Bench
    bulk_results: dict[str, LoadResult]
    ordinary_results: dict[str, LoadResult]
    rejects: dict[str, tuple[str, str]]


@pytest.fixture(scope="module")
def loaded(session_graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    folder = tmp_path_factory.mktemp("bulk")
    settings = Settings(home=folder / "home", load_batch_rows=100, keep_topology=False, **SMALL)
    *some, nothing = messy(folder)
    given = [*some, *sample(folder), nothing]  # last, since a batch of which nothing comes takes a number of a bulk load
    session_graph.auto("admin/wipe")
    try:
        results = bulk_load(settings, given, say=Silent(), processes=2)
        # One home: the deployment's key is part of ids.
        ordinary = Bench(session_graph, settings.home)
        again = [ordinary.load(one.source, one.paths, batch_rows=100) for one in given]
        rejects = {
            one.source: tuple("" if r.rejects is None else r.rejects.read_text() for r in (one, other))
            for one, other in zip(results, again, strict=True)
        }
        with open_graph(settings) as graph:
            yield Loaded(
                settings,
                given,
                Bench(graph, settings.home),
                ordinary,
                {r.source: r for r in results},
                {r.source: r for r in again},
                rejects,
            )  # type: ignore[arg-type]
    finally:
        ManagedServer(settings).destroy()
        session_graph.auto("admin/wipe")


def test_the_graph_is_that_of_ordinary_loads(loaded: Loaded) -> None:
    bulk, ordinary = loaded.bulk.lines(), loaded.ordinary.lines()
    assert [line for line in bulk if line not in set(ordinary)] == []
    assert [line for line in ordinary if line not in set(bulk)] == []
    assert bulk == ordinary
    assert loaded.bulk.hash() == loaded.ordinary.hash()
    assert len(bulk) > 5_000


def test_reports_and_rejects_are_those_of_ordinary_loads(loaded: Loaded) -> None:
    for name, result in loaded.bulk_results.items():
        assert result.report.as_dict() == loaded.ordinary_results[name].report.as_dict(), name
        assert loaded.rejects[name][0] == loaded.rejects[name][1], name
        assert not result.resumed
    reports = [result.report for result in loaded.bulk_results.values()]
    for counted in ("duplicates", "conflicts", "unchanged", "retired", "stubs"):
        assert sum(getattr(report, counted) for report in reports) > 0, counted
    assert loaded.bulk_results["nothing"].report.accepted == 0


# Of each thing by id: all that is stored, but what two loads of the same rows differ in (which load it was, how a row was sealed), and
# of a link out of force what was said of it: an ordinary load leaves what it happened to hold, which depends on the order of the rows.
_STORED = """
MATCH (n) WHERE n:Record OR n:Entity OR n:Refusal
RETURN n.id AS id, labels(n) AS labels, properties(n) AS p, false AS link
UNION ALL MATCH (:Entity)-[r]->(:Entity)
RETURN r.id AS id, [type(r)] AS labels, properties(r) AS p, true AS link
"""


def _stored(bench: Bench) -> dict[str, Any]:
    left_out = {"load", "raw"}
    frame = {"id", "source", "compartment", "records", "seq_from", "seq_to", "seq_history"}
    found = {}
    for row in bench.ask(_STORED):
        ended_link = row["link"] and "seq_to" in row["p"]
        kept = {n: v for n, v in row["p"].items() if n not in left_out and (n in frame or not ended_link)}
        found[row["id"]] = (sorted(row["labels"]), {n: sorted(v) if n == "records" else v for n, v in kept.items()})
    return found


def test_everything_is_stored_as_an_ordinary_load_stores_it_batch_by_batch(loaded: Loaded) -> None:
    bulk, ordinary = _stored(loaded.bulk), _stored(loaded.ordinary)
    assert bulk.keys() == ordinary.keys()
    assert {id: (bulk[id], ordinary[id]) for id in bulk if bulk[id] != ordinary[id]} == {}


def test_the_feed_tells_the_same_of_each_batch(loaded: Loaded) -> None:
    def feed(bench: Bench) -> dict[int, tuple[list[str], list[str]]]:
        rows = bench.ask("MATCH (b:Batch) RETURN b.seq AS seq, b.added AS added, b.retired AS retired")
        return {row["seq"]: (sorted(row["added"] or []), sorted(row["retired"] or [])) for row in rows}

    bulk, ordinary = feed(loaded.bulk), feed(loaded.ordinary)
    assert {seq: told for seq, told in bulk.items() if any(told)} == {seq: told for seq, told in ordinary.items() if any(told)}
    of_sources = "MATCH (s:Source) OPTIONAL MATCH (l:Load {source: s.id}) OPTIONAL MATCH (b:Batch {load: l.id}) "
    of_sources += "RETURN s.id AS id, s.batches AS told, count(b) AS batches"
    assert all((row["told"] or 0) == row["batches"] for row in loaded.bulk.ask(of_sources))


def test_schema_and_nodes_of_housekeeping_are_the_same(loaded: Loaded) -> None:
    indexes = "SHOW INDEXES YIELD name, type, labelsOrTypes, properties, state RETURN name, type, labelsOrTypes, properties, state"
    made = {row["name"]: row for row in loaded.bulk.ask(indexes) if not row["name"].startswith("index_")}
    wanted = {row["name"]: row for row in loaded.ordinary.ask(indexes)}
    assert all(row["state"] == "ONLINE" for row in made.values())
    assert all(wanted[name] == row for name, row in made.items())
    for name in ("record_id", "entity_id", "ft_parts", "link_TRANSFERRED_TO"):
        assert name in made
    loads = "MATCH (l:Load) RETURN l.source AS source, properties(l) AS p"
    varies = {"id", "started_at", "finished_at", "seconds", "rejects", "bulk", "pid"}
    bulk, ordinary = (
        {
            row["source"]: {n: json.loads(v) if n == "report" else v for n, v in row["p"].items() if n not in varies}
            for row in bench.ask(loads)
        }
        for bench in (loaded.bulk, loaded.ordinary)
    )
    assert bulk == ordinary


def test_kept_rows_open_again(loaded: Loaded) -> None:
    vault = Vault(loaded.settings.home / "keys")
    rows = loaded.bulk.ask(
        "MATCH (r:Record {source: 'odd'}) RETURN r.id AS id, r.raw AS raw, r.expires_at AS end, r.line AS line, r.table AS t"
    )
    files = {"people": loaded.given[3].paths[0].read_bytes().splitlines(), "payments": loaded.given[3].paths[1].read_bytes().splitlines()}
    assert len(rows) == 6
    for row in rows:
        opened = vault.open("odd", expiry_month(row["end"]), row["id"], bytes(row["raw"]))
        assert opened == files[row["t"]][row["line"] - 1]


def test_ordinary_loads_go_on_from_there(loaded: Loaded, tmp_path: Path) -> None:
    before = loaded.bulk.hash()
    again = loaded.bulk.load(loaded.given[0].source, loaded.given[0].paths)
    assert (again.report.records, again.report.entities, again.report.links, again.report.retired) == (0, 0, 0, 0)
    assert loaded.bulk.hash() == before


def test_a_database_that_is_not_empty_is_refused(loaded: Loaded) -> None:
    with pytest.raises(Conflict, match=r"is not empty: it holds loads of bank_transfers, .*\n.*without --bulk, or .* db destroy --yes"):
        bulk_load(loaded.settings, loaded.given[:1], say=Silent())
    assert not (loaded.settings.home / "bulk").exists() or not (loaded.settings.home / "bulk" / "sources").exists()


def test_what_can_not_be_loaded_is_refused_before_anything_is_done(settings: Settings, tmp_path: Path) -> None:
    one = source(tmp_path, "nothing", NOTHING)
    file = write_table(tmp_path / "people.csv", "number,born", [["1", "1980"]])
    with pytest.raises(Conflict, match="is your own"):
        bulk_load(settings, [Given(one, [file])], say=Silent())
    managed = Settings(home=tmp_path / "home", **SMALL)
    with pytest.raises(InputError, match=r"There is no file .*people-2\.csv"):
        bulk_load(managed, [Given(one, [file, tmp_path / "people-2.csv"])], say=Silent())
    with pytest.raises(InputError, match="nothing is given twice"):
        bulk_load(managed, [Given(one, [file]), Given(one, [file])], say=Silent())
    assert not (tmp_path / "home" / "neo4j").exists()


COMMAND = [sys.executable, "-c", "from graphsvc.cli import main; main()", "load", "--bulk", "killed"]


@dataclass
class Place:
    """A deployment of its own whose commands can be killed."""

    settings: Settings
    files: list[Path]
    environment: dict[str, str]

    @property
    def state(self) -> dict[str, Any]:
        try:
            return json.loads((self.settings.home / "bulk" / "state.json").read_text())
        except (OSError, ValueError):
            return {}

    def kill_in(self, step: str) -> None:
        """Give the command, and kill it as soon as it does this step."""
        command = [*COMMAND, *map(str, self.files)]
        with subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
            while process.poll() is None:
                if self.state.get("now") == step:
                    process.send_signal(signal.SIGKILL)
                    break
            assert process.wait() == -signal.SIGKILL, process.stderr.read() if process.stderr else ""

    def to_the_end(self) -> dict[str, Any]:
        done = subprocess.run(
            [*COMMAND, *map(str, self.files), "--json"], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("killed")
    source(folder, "killed", KILLED)
    random = Random(SEED)
    people = [
        [n % 1900, f"name {n % 97}", random.choice(["1950-05", "neither", ""]), f"street {n % 200}", random.randrange(2400)]
        for n in range(2000)
    ]
    payments = [[random.choice(["", *range(20)]), random.randrange(200), random.randrange(50)] for _ in range(2000)]
    files = [
        write_table(folder / "parties-2024-06-30.csv", "number,name,born,home,friend", people),
        write_table(folder / "payments-2024-06-30.csv", "from,to,amount", payments),
    ]
    settings = Settings(home=folder / "home", **SMALL)
    set_up(settings)
    environment = {
        **os.environ,
        "GRAPHSVC_HOME": str(settings.home),
        "GRAPHSVC_LOADERS": str(folder / "loaders"),
        **{f"GRAPHSVC_{name.upper()}": str(value) for name, value in SMALL.items()},
    }
    try:
        yield Place(settings, files, environment)
    finally:
        ManagedServer(settings).destroy()
        ManagedServer(settings.model_copy(update={"home": settings.home / "bulk" / "server"})).destroy()


def _is_empty(settings: Settings) -> bool:
    with open_graph(settings) as graph:
        return not graph.statement("MATCH (n) WHERE NOT n:Migration RETURN n LIMIT 1")


def test_a_full_disk_is_one_sentence_and_the_database_stays_empty(place: Place) -> None:
    assert _is_empty(place.settings)  # and runs, before files of this process can't grow

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (450_000, 450_000))

    done = subprocess.run(
        [*COMMAND, *map(str, place.files)], env=place.environment, preexec_fn=limit, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "The bulk load can't write its files in" in done.stderr and "File too large" in done.stderr
    assert "give the same command again" in done.stderr and "Traceback" not in done.stderr
    assert _is_empty(place.settings)


def test_killed_in_every_step_it_goes_on_and_nothing_half_made_is_served(place: Place, session_graph: Graph) -> None:
    for step in ("killed/read", "killed/settle", "killed/things", "killed/feed") if FULL else ("killed/things",):
        place.kill_in(step)
        assert place.state["now"] == step
    for step in ("database", "schema") if FULL else ("database",):
        place.kill_in(step)
        assert place.state["now"] == step
    assert _is_empty(place.settings)
    place.kill_in("start")
    finished = place.to_the_end()
    assert finished["resumed"]
    assert not (place.settings.home / "bulk").exists()
    session_graph.auto("admin/wipe")
    ordinary = Bench(session_graph, place.settings.home)
    folder = Path(place.environment["GRAPHSVC_LOADERS"]) / "killed"
    report = ordinary.load(load_source(folder), place.files).report
    assert finished["report"] == report.as_dict()
    with open_graph(place.settings) as graph:
        assert Bench(graph, place.settings.home).hash() == ordinary.hash()
    session_graph.auto("admin/wipe")
