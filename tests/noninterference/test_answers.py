"""Nothing forbidden shows: an answer with the forbidden sources in the graph equals, byte for byte, the answer without them.

Found by comparing, so it holds for ranks, counts, suggestions and errors as well. The check itself is checked: without the filter of
any one query file it fails, and at least half of its examples would answer otherwise if nothing were filtered.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from graphsvc.alerts.index import Fact
from graphsvc.alerts.judge import facts_in_view
from graphsvc.alerts.ways import Ways
from graphsvc.communities import questions as communities
from graphsvc.communities.local import Local
from graphsvc.communities.parameters import Communities
from graphsvc.communities.projection import find_groups
from graphsvc.communities.questions import diff_question, export_question, list_question
from graphsvc.communities.store import before, of_run
from graphsvc.communities.trends import counts as trend_counts
from graphsvc.communities.trends import questions as trends
from graphsvc.communities.trends.parameters import Trends
from graphsvc.communities.trends.reading import Reader
from graphsvc.connections.around import around
from graphsvc.connections.between import between
from graphsvc.connections.common import common
from graphsvc.connections.find import find, resolve
from graphsvc.connections.flow import flow
from graphsvc.connections.known import Known
from graphsvc.connections.owners import owners
from graphsvc.connections.paths import find_paths
from graphsvc.connections.pointers import pointers
from graphsvc.connections.show import show
from graphsvc.disclosure.record import record
from graphsvc.errors import GraphsvcError
from graphsvc.export.html import path_page
from graphsvc.graph import driver, schema
from graphsvc.graph.content import content
from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.topology.state import State
from graphsvc.graph.view import Inquiry, View
from graphsvc.inquiry.desk import Reading
from graphsvc.jobs.kinds import Limits
from graphsvc.jobs.runs import history_question
from graphsvc.resolution.judgements import take_back
from graphsvc.resolution.questions import candidates_question, how_question, runs_question, why_not_question, why_question
from graphsvc.resolution.reading import read, read_some
from graphsvc.resolution.reference import NO_REFERENCE
from graphsvc.screening.lists import list_of_rows
from graphsvc.screening.match import screen
from graphsvc.screening.rows import Manner, rows_of
from graphsvc.sightings.look_up import sightings
from graphsvc.sightings.photos import photo
from graphsvc.sightings.these import these
from graphsvc.sightings.verify import verify_sighting
from tests.noninterference.plans import (
    BORN,
    COMPARTMENTS,
    HIDDEN,
    NUMBER,
    PHOTOS,
    PLACE,
    VISIBLE,
    Plan,
    Request,
    Scribe,
    gone_id,
    plans,
    requests,
)

pytestmark = pytest.mark.neo4j

EXAMPLES = 2000 if os.environ.get("GRAPHSVC_TEST_FULL") else 60
TODAY = date(2024, 7, 1)
INQUIRY = Inquiry("test", "tester", "a test")
BOUNDED = View(VISIBLE)
ALL = View(COMPARTMENTS)
COMMON = {
    "deadline": None, "database": None, "derandomize": True,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
}  # fmt: skip


@pytest.fixture(scope="module")
def scribe(session_graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scribe]:
    session_graph.auto("admin/wipe")
    schema.ensure_source_schema(session_graph, *COMPARTMENTS, search_properties=load_ontology().search_properties, link_types=[])
    scribe = Scribe(session_graph, tmp_path_factory.mktemp("noninterference"))
    for compartment, name in PHOTOS.items():
        folder = scribe.photos / compartment.split("/")[0]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"never given out: no PNG")
    yield scribe
    session_graph.auto("admin/wipe")


def answer(scribe: Scribe, view: View, asked: Request) -> bytes:
    """What leaves for a request: the answer, or the error with all its members, as bytes."""
    graph = scribe.graph
    try:
        return json.dumps(_answer(scribe, graph, view, asked), sort_keys=True, default=str).encode()
    except GraphsvcError as error:
        return json.dumps([type(error).__name__, error.message, error.hint, error.details], sort_keys=True, default=str).encode()


def _answer(scribe: Scribe, graph: Graph, view: View, asked: Request) -> Any:
    if asked.kind == "find":
        return [hit.as_dict() for hit in find(graph, view, INQUIRY, asked.a, type=asked.b or None)]
    if asked.kind == "show":
        return show(graph, view, INQUIRY, resolve(graph, view, INQUIRY, asked.a))
    if asked.kind == "record":
        compartment = asked.a.split("/")[0]
        return record(graph, view, INQUIRY, scribe.record_id(asked.a, compartment), scribe.vault)
    exact = View(view.compartments, "exact")
    if asked.kind == "sighting":
        return sightings(graph, exact, INQUIRY, [(asked.a, asked.b)], today=TODAY, digest=scribe.vault.digester())
    if asked.kind == "photo":
        return photo(graph, exact, INQUIRY, asked.a, folder=scribe.photos, today=TODAY)
    if asked.kind == "verify":
        return verify_sighting(graph, exact, INQUIRY, asked.a, "confirmed", photos=scribe.photos, today=TODAY)
    if asked.kind == "pointer":
        contacts = {source: f"desk of {source}" for source in ("bills", "reads", "register", "secret")}
        issuer = None if asked.b else "XV"
        at = View(view.compartments, "pointer")
        return pointers(
            graph, at, INQUIRY, asked.a, digest=scribe.vault.digester(), contacts=contacts, today=TODAY, born=asked.b or None, issuer=issuer
        )
    if asked.kind == "list":
        rows = rows_of(asked.a, list_of_rows([LISTED[asked.a] | {"name": asked.b}], asked.a).rows, Manner())
        at = View(view.compartments, "screen")
        return screen(graph, at, INQUIRY, asked.a, rows, digest=scribe.vault.digester(), reference=NO_REFERENCE, limit=50)
    if asked.kind == "retired among":
        return sorted(row["id"] for row in graph.ask(view, INQUIRY, "resolution/retired_among", ids=scribe.record_ids()))
    if asked.kind == "known":
        earlier = graph.as_known(Known("2024-01-31", 3, [], scribe.vault))
        given = {"rows": {"ids": scribe.record_ids()}, "withdrawn": {"since": 3}, "bare": {"ids": [gone_id(c) for c in COMPARTMENTS]}}
        return sorted(row["id"] for row in earlier.ask(view, INQUIRY, f"known/{asked.a}", **given[asked.a]))  # type: ignore[arg-type]
    if asked.kind == "lead names":
        ids = asked.a.split(",")
        return graph.ask(view, INQUIRY, "alerts/named", ids=[*ids, *(scribe.record_id(id, id.split("/")[0]) for id in ids)])
    if asked.kind in LEADS:
        return LEADS[asked.kind](graph, view, asked)
    if asked.kind in ALERTS:
        return ALERTS[asked.kind](Reading(graph, view, INQUIRY, None, {}), asked)  # type: ignore[arg-type]
    if asked.kind in JOBS:
        return JOBS[asked.kind](Reading(graph, View(view.compartments, "analytics"), INQUIRY, None, {}), asked)  # type: ignore[arg-type]
    if asked.kind in IDENTITY:
        return IDENTITY[asked.kind](Reading(graph, view, INQUIRY, None, {}), asked)  # type: ignore[arg-type]
    # By ids alone as well, as jobs and pages ask that have no name to resolve.
    ends = [asked.a, asked.b] if asked.kind == "ids" else [resolve(graph, view, INQUIRY, end) for end in (asked.a, asked.b)]
    # Degrees show in costs, and in which hubs are named; a rank and a bound for each k.
    bounds = {"hub_links": 2 if asked.k == 2 else 1000, "rank": "shortest" if asked.k == 4 else "worth"}
    told = by_both_engines(scribe, graph, view, *ends, max_hops=4, k=asked.k, **bounds)
    return [path_page(each) for each in told] if asked.kind == "export" else told


def _standing(r: Reading, asked: Request) -> list[Any]:
    pages = [("SAME_AS", "people"), ("POSSIBLY_SAME", "people"), ("SAME_AS", "organisations"), ("SAME_AS", "things")]
    return [
        r.graph.ask(r.view, r.inquiry, "resolution/standing", fills={"type": type}, kind=kind, after="", limit=1000) for type, kind in pages
    ]


def _rows(query: str, **given: Any) -> Callable[[Reading, Request], list[str]]:
    return lambda r, asked: sorted(map(str, r.graph.ask(r.view, r.inquiry, f"resolution/{query}", **given)))


def _some(r: Reading, asked: Request) -> list[Any]:
    entities = read_some(r.graph, r.view, r.inquiry, asked.a, asked.b.split(","))
    return [entities.table.to_pylist(), sorted(entities.compartments.items())]


def _table(r: Reading, asked: Request) -> list[Any]:
    entities = read(r.graph, r.view, r.inquiry, asked.a)
    return [entities.table.to_pylist(), sorted(entities.compartments.items())]


def _taken_back(r: Reading, asked: Request) -> dict[str, Any]:
    told = take_back(r.graph, r.view, r.inquiry, asked.a, "a test")
    return {name: value for name, value in told.items() if name != "taken_back_at"}


# What surrounds an entity, and other questions of that kind. To a hub of more than one link the counts are asked by type.
LEADS: dict[str, Callable[[Graph, View, Request], Any]] = {
    "around": lambda graph, view, asked: around(graph, view, INQUIRY, asked.a, identity=asked.b, limit=3),
    "around hub": lambda graph, view, asked: around(graph, view, INQUIRY, asked.a, limit=1, most=1),
    "between": lambda graph, view, asked: between(graph, view, INQUIRY, asked.b.split(","), identity=asked.a, nodes=6),
    "common": lambda graph, view, asked: common(graph, view, INQUIRY, asked.b.split(","), hops=int(asked.a)),
    "flow": lambda graph, view, asked: flow(graph, view, INQUIRY, asked.a, asked.b),
    "owners": lambda graph, view, asked: [owners(graph, view, INQUIRY, asked.a, identity=asked.b, down=down) for down in (False, True)],
}


class Quiet:
    """A run of a job that nobody watches."""

    id, job = "look", "noninterference"

    def say(self, text: str) -> None:
        pass

    def check(self) -> None:
        pass

    def note(self, **told: Any) -> None:
        pass


ASKED, LIMITS = Communities(measures=["bridges"], least=2, hub_links=6, scale=30.0), Limits(60.0, None)


def _analysis(r: Reading, asked: Request) -> Any:
    found = find_groups(r.graph, r.view, r.inquiry, Quiet(), ASKED, LIMITS, seq=1_000)
    return [found.sha256, found.told, found.hubs, [[group.ids, group.clusters, group.things] for group in found.groups]]


def _local(r: Reading, asked: Request) -> Any:
    local = Local(r.graph, r.view, r.inquiry, Quiet(), ASKED, LIMITS, asked.a.split(","), frozenset(), (0, 1_000))
    return [sorted(map(str, local.facts.values())), local.parts(frozenset()).community]


def _diff(r: Reading, asked: Request) -> Any:
    given = {"job": None, "since": None, "kinds": None, "community": None, "limit": 5, "after": 0}
    return diff_question(r, run=asked.a, limits=LIMITS, **given)  # type: ignore[arg-type]


def _counted(r: Reading, asked: Request) -> Any:
    """Counts, and what is read for finding anomalies, by ids: internal numbers tell of everything that was written."""
    reader = Reader(r.graph, r.view, r.inquiry, Quiet(), LIMITS, 1_000)
    told, month = reader.told(), 2024 * 12
    ids = {row["n"]: row["id"] for row in r.graph.look("MATCH (n:Entity) RETURN id(n) AS n, n.id AS id")}
    rels = {row["n"]: row["id"] for row in r.graph.look("MATCH (:Entity)-[r]->(:Entity) RETURN id(r) AS n, r.id AS id")}
    links = reader.links(told, month)
    places = {row["place"]: np.array(row["nodes"], np.int64) for row in reader.ask("places")}
    series = trend_counts.of_links(links, places, month + 12, Trends(history=120, least=3))
    moved = reader.ask(
        "transfers", fills={"type": "TRANSFERRED_TO"}, **{"from": "2024-01-01", "until": "2024-12-31", "least": 1, "seq": 1_000}
    )
    details = reader.details(np.array(sorted(rels), np.int64))
    return [
        [(one.source, one.table, one.first, one.rows.tolist(), one.last) for one in told],
        sorted(map(str, (one.stored() for one in series))),
        {place: sorted(ids[node] for node in nodes.tolist()) for place, nodes in places.items()},
        sorted(rels[rel] for rel in links.rel.tolist()),
        sorted(map(str, reader.ids({*links.begin.tolist(), *links.end.tolist()}).values())),
        sorted(rels[rel] for row in moved for rel in row["rels"]),
        [{name: value for name, value in row.items() if name != "rel"} for row in details],
    ]


def _looked_up(r: Reading, asked: Request) -> Any:
    """Entities by internal numbers, of all that there are."""
    reader = Reader(r.graph, r.view, r.inquiry, Quiet(), LIMITS, 1_000)
    nodes = [row["n"] for row in r.graph.look("MATCH (n:Entity) RETURN id(n) AS n")]
    return sorted((row["id"], row["type"]) for row in reader.ask("ids", nodes=nodes))


def _asked(query: str, **given: Any) -> Callable[[Reading, Request], Any]:
    return lambda r, asked: sorted(map(str, r.graph.ask(r.view, r.inquiry, f"trends/{query}", **given)))


def _between(r: Reading, asked: Request) -> Any:
    ids = asked.a.split(",")
    return r.graph.ask(r.view, r.inquiry, "trends/between", a=ids, b=ids, besides=[], seq=1_000)


def _points(r: Reading, asked: Request) -> Any:
    return trends.point_question(r, asked.a, asked.b, job=None, run=None, limit=50, after=0)


_PAGE: dict[str, Any] = {"job": None, "run": None, "limit": 50, "after": 0}

# What jobs find, and read for finding it.
JOBS: dict[str, Callable[[Reading, Request], Any]] = {
    "trends counted": _counted,
    "trends ids": _looked_up,
    "trends between": _between,
    "trends runs": _asked("community_runs", job=None),
    "trends bridges": lambda r, asked: _asked("community_bridges", run=asked.a)(r, asked),
    "trends first": _asked("first", job="months"),
    "trends show": lambda r, asked: trends.trends_question(r, source=None, type=None, place=None, **_PAGE),
    "trends point": _points,
    "anomalies list": lambda r, asked: trends.list_question(r, kinds=None, entity=None, new=False, **_PAGE),
    "anomalies show": lambda r, asked: trends.show_question(r, asked.a, run=None, limit=50, after=0),
    "analysis": _analysis,
    "analysis size": lambda r, asked: r.graph.ask(r.view, r.inquiry, "communities/size", seq=1_000, left_out=[]),
    "local": _local,
    "job runs": lambda r, asked: history_question(r, None, limit=9),
    "job run before": lambda r, asked: before(r.graph, r.view, r.inquiry, "groups"),
    "communities list": lambda r, asked: list_question(r, job=None, run=asked.a, entity=None, limit=5, after=0),
    "communities show": lambda r, asked: communities.show_question(
        r, f"groups-{COMPARTMENTS.index(asked.a.removeprefix('jobrun/'))}", run=None, limit=50, after=0
    ),
    "communities diff": _diff,
    "communities export": lambda r, asked: export_question(r, job=None, run=asked.a).files["csv"].decode(),
    "communities whole": lambda r, asked: [one.ids for one in of_run(r.graph, r.view, r.inquiry, asked.a)],
    "communities ends": lambda r, asked: sorted(
        map(str, r.graph.ask(r.view, r.inquiry, "communities/ends", fills={"type": asked.b}, ids=[asked.a]))
    ),
}


def _fact(asked: Request) -> Fact:
    a, b = asked.b.split()
    return Fact(asked.a, a, b, "came")


def _ways(r: Reading, asked: Request) -> Any:
    a, b = asked.a.split()
    facts = [Fact(id, one, other, "came") for id, one, other in (fact.split() for fact in asked.b.split(",") if fact)]
    return Ways(r.graph, r.view, r.inquiry, {"one": (a, b, facts)}, facts_in_view(r.graph, r.view, r.inquiry, facts)).of("one")


# What alerts rest on.
ALERTS: dict[str, Callable[[Reading, Request], Any]] = {
    "alert facts": lambda r, asked: facts_in_view(r.graph, r.view, r.inquiry, [_fact(asked)]),
    "alert records": lambda r, asked: r.graph.ask(r.view, r.inquiry, "alerts/records", ids=asked.a.split(","), seq=1, most=50),
    "alert ways": _ways,
    "sightings told": lambda r, asked: these(r.graph, View(r.view.compartments, "exact"), r.inquiry, [asked.a], today=TODAY),
}

# What lists say besides a name.
LISTED: dict[str, dict[str, str]] = {
    "people": {"birth_date": BORN, "plate": "VK1001", "jurisdiction": "XV"},
    "organisations": {"registration_number": NUMBER, "jurisdiction": "XV"},
    "addresses": {"address": PLACE},
}

# What is asked of who is who, or read for deciding it.
IDENTITY: dict[str, Callable[[Reading, Request], Any]] = {
    "table": _table,
    "some": _some,
    "retired": _rows("retired_records"),
    "how": lambda r, asked: how_question(r, asked.a),
    "why not": lambda r, asked: why_not_question(r, asked.a, asked.b),
    "judged": _rows("judged"),
    "conditions": _rows("numbering"),
    "run before": _rows("run_before", kinds=["people"], conditions="a test"),
    "judged since": _rows("judged_since", after=0),
    "touched": lambda r, asked: _rows("touched_entities", ids=[asked.a])(r, asked),
    "touched link": lambda r, asked: _rows("touched_links", fills={"type": asked.b}, ids=[asked.a])(r, asked),
    "standing": _standing,
    "runs": lambda r, asked: runs_question(r, limit=100),
    "review": lambda r, asked: candidates_question(r, limit=100),
    "why": lambda r, asked: why_question(r, asked.a, asked.b),
    "take back": _taken_back,
}


def by_both_engines(scribe: Scribe, graph: Graph, view: View, a: str, b: str, **asked: Any) -> list[dict[str, Any]]:
    """What the Cypher engine finds, and the one in memory."""
    told = [find_paths(graph, view, INQUIRY, a, b, **asked)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(graph, "topology", scribe.topology())
        told.append(find_paths(graph, view, INQUIRY, a, b, **asked))
    assert [each["engine"] for each in told] == ["cypher", "memory"]
    return told


def differing(scribe: Scribe, plan: Plan, asked: Sequence[Request]) -> list[Request]:
    """Requests whose answer tells whether the forbidden sources are in the graph."""
    scribe.write(plan)
    with_them = [answer(scribe, BOUNDED, one) for one in asked]
    scribe.write(plan.seen(VISIBLE))
    return [one for one, before in zip(asked, with_them, strict=True) if answer(scribe, BOUNDED, one) != before]


@settings(max_examples=EXAMPLES, **COMMON)  # type: ignore[arg-type]
@given(plan=plans(), data=st.data())
def test_answers_are_the_same_with_the_forbidden_sources_present_and_absent(scribe: Scribe, plan: Plan, data: st.DataObject) -> None:
    asked = data.draw(st.lists(st.sampled_from(requests(plan)), min_size=2, max_size=4))
    assert differing(scribe, plan, asked) == []


def test_at_least_half_of_the_examples_would_differ_unfiltered(scribe: Scribe) -> None:
    differ = []

    @settings(max_examples=40, phases=[Phase.generate], **COMMON)  # type: ignore[arg-type]
    @given(plan=plans())
    def look(plan: Plan) -> None:
        asked = of_lists(requests(plan), False)
        scribe.write(plan)
        differ.append(any(answer(scribe, ALL, one) != answer(scribe, BOUNDED, one) for one in asked))

    look()
    assert sum(differ) >= len(differ) / 2


AREAS = (
    "read",
    "known",
    "paths",
    "questions",
    "sightings",
    "pointers",
    "resolution",
    "screening",
    "communities",
    "jobs",
    "alerts",
    "trends",
)


def filtered() -> list[str]:
    """Every query file that reads case data: all that take the view."""
    files = sorted(f for area in AREAS for f in (content("cypher") / area).glob("*.cypher"))
    return [str(f.relative_to(content("cypher")).with_suffix("")) for f in files if re.search(r"\$compartments\b", f.read_text())]


# Requests that change what is in the graph.
CHANGING = ("verify", "take back")


@pytest.fixture(scope="module")
def noticed(scribe: Scribe) -> set[str]:
    """The query files without whose filter some answer, of some graph with the forbidden sources, is another than with it.

    With it the answer is that of the graph without them, as is tested above; so the comparison with those fails. All files are looked
    at in one graph after another, by the requests that run them there.
    """
    wanted, found, proper = {*filtered()}, set[str](), driver.query
    # By kind of request the files that it ran so far, and how often it was asked.
    runs: dict[str, set[str]] = defaultdict(set)
    times: dict[str, int] = defaultdict(int)
    extra = "[" + ", ".join(f"'{c}'" for c in HIDDEN) + "]"

    @settings(max_examples=300, phases=[Phase.generate], **COMMON)  # type: ignore[arg-type]
    @given(plan=plans())
    def look(plan: Plan) -> None:
        left, changed = wanted - found, True
        if not left:
            return

        def told(one: Request, query: Callable[..., str]) -> bytes:
            nonlocal changed
            if changed or one.kind in CHANGING:
                scribe.write(plan)
            changed = one.kind in CHANGING
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(driver, "query", query)
                return answer(scribe, BOUNDED, one)

        by: dict[str, list[tuple[Request, bytes]]] = defaultdict(list)
        for one in requests(plan):
            if times[one.kind] >= 20 and not runs[one.kind] & left:
                continue
            used: set[str] = set()

            def noted(name: str, _used: set[str] = used, **fills: int | str) -> str:
                _used.add(name)
                return proper(name, **fills)

            filtered_ = told(one, noted)
            runs[one.kind] |= used
            times[one.kind] += 1
            for name in used & left:
                by[name].append((one, filtered_))
        for name, asked in by.items():

            def unfiltered(wanted: str, _name: str = name, **fills: int | str) -> str:
                text = proper(wanted, **fills)
                return re.sub(r"\$(compartments|searched)\b", rf"($\1 + {extra})", text) if wanted == _name else text

            if any(told(one, unfiltered) != before for one, before in asked):
                found.add(name)

    look()
    return found


@pytest.mark.parametrize("name", filtered())
def test_without_the_filter_of_one_query_file_the_check_fails(noticed: set[str], name: str) -> None:
    assert name in noticed


@pytest.mark.parametrize("name", ["kinds", "permitted"])
def test_without_a_filter_of_the_search_in_memory_the_check_fails(scribe: Scribe, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    proper = getattr(State, name)

    def unfiltered(state: State, *views: Any) -> Any:
        return proper(state, *([*view, *HIDDEN] if view is not None else None for view in views))

    monkeypatch.setattr(State, name, unfiltered)
    fails(scribe, {"path", "ids"})


def of_lists(asked: Sequence[Request], lists: bool) -> list[Request]:
    """Those about lists, or the others: a list takes a hundred times as long as a path."""
    return [one for one in asked if (one.kind == "list") == lists]


def fails(scribe: Scribe, kinds: set[str]) -> None:
    """The check finds fault with some graph, by questions of these kinds."""

    @settings(max_examples=300, phases=[Phase.generate], **COMMON)  # type: ignore[arg-type]
    @given(plan=plans())
    def look(plan: Plan) -> None:
        assert differing(scribe, plan, [one for one in requests(plan) if one.kind in kinds]) == []

    assert kinds
    with pytest.raises(AssertionError):
        look()
