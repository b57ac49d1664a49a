"""What was known at an earlier time is answered as it was answered then, whatever has been loaded, changed, joined and retired since."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_eligibility import write
from test_load_order import Place, World, one_file, place
from testbed import Bench

from graphsvc.connections import known
from graphsvc.connections.around import around
from graphsvc.connections.between import between
from graphsvc.connections.common import common
from graphsvc.connections.flow import flow
from graphsvc.connections.owners import owners
from graphsvc.connections.paths import find_paths
from graphsvc.connections.show import show
from graphsvc.errors import InputError, NotFound
from graphsvc.graph.driver import Graph
from graphsvc.graph.types import utc_now
from graphsvc.graph.view import Inquiry, View
from graphsvc.loading.specfile import LoadedSource
from graphsvc.policy.vault import Vault

__all__ = ["place", "write"]
pytestmark = pytest.mark.neo4j
FULL = os.environ.get("GRAPHSVC_TEST_FULL") == "1"
VIEW, INQUIRY = View(("parts", "others", "cases")), Inquiry("test", "tester", "a test")


def now() -> str:
    """A time after which nothing more is written in the same millisecond."""
    time.sleep(0.002)
    at = utc_now()
    time.sleep(0.002)
    return at


def comparable(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what counts loads since, and the numbers of versions, which order those of today."""
    # Nothing is counted or summed of an earlier time.
    told = json.loads(json.dumps({name: part for name, part in answer.items() if name not in ("seq", "question", "counts", "months")}))
    records = told["records"]
    for record in records if isinstance(records, list) else records.values():
        del record["version"]
    return dict(told)


def told(question: Callable[..., dict[str, Any]], graph: Graph, *of: Any, **options: Any) -> Any:
    """The answer to compare, or why there is none: both ends may be the same."""
    try:
        return comparable(question(graph, VIEW, INQUIRY, *of, **options))
    except InputError as error:
        return str(error)


def answers(graph: Graph, ids: list[str]) -> dict[str, Any]:
    """What is answered of entities, and of how each is connected to the next."""
    found: dict[str, Any] = {}
    for id in ids:
        try:
            found[id] = comparable(show(graph, VIEW, INQUIRY, id))
        except NotFound:
            found[id] = None
    here = [id for id in ids if found[id] is not None]
    for id in here:
        found[f"{id} around"] = told(around, graph, id)
        for down in (False, True):
            found[f"{id} owns {down}"] = told(owners, graph, id, down=down)
    if len(here) > 1:
        found["all common"] = told(common, graph, here[:6], hops=2)
        found["all between"] = told(between, graph, here[:4], through_hubs=True)
    for a, b in pairwise(here):
        found[f"{a} {b} flow"] = told(flow, graph, a, b)
        for rank in ("shortest", "worth"):
            found[f"{a} {b} {rank}"] = told(find_paths, graph, a, b, rank=rank, k=3, through_hubs=True)
    return found


def all_ids(bench: Bench) -> list[str]:
    return [row["id"] for row in bench.ask("MATCH (n:Entity) RETURN n.id AS id ORDER BY id")]


def then(bench: Bench, at: str) -> Graph:
    return known.as_known(bench.graph, VIEW, INQUIRY, at, Vault(bench.home / "keys"))[0]


@settings(
    max_examples=60 if FULL else 8,
    deadline=None,
    derandomize=not FULL,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(files=st.lists(one_file, min_size=2, max_size=5), joins=st.lists(st.booleans(), min_size=5, max_size=5))
def test_every_earlier_answer_can_be_repeated(place: Place, files: list[Any], joins: list[bool]) -> None:
    bench, said = place.bench, []
    with TemporaryDirectory() as folder:
        world = World(bench, Path(folder), files, place.sources)
        bench.wipe()
        for (source, path, full), join in zip(world.files, joins, strict=False):
            bench.load(place.sources[source], [path], full=full, batch_rows=2)
            if join:
                bench.join()
            at = now()
            said.append((at, answers(bench.graph, all_ids(bench))))
    ids = all_ids(bench)
    for at, before in said:
        again = answers(then(bench, at), ids)
        assert {id for id in ids if " " not in id and again[id] is not None} == {id for id in before if " " not in id and before[id]}
        assert {name: (again.get(name), told) for name, told in before.items() if again.get(name) != told} == {}


SPEC = """
id: cases
title: Cases
publisher: a test
licence: none
as_of: {file_name: '-(\\d{4}-\\d{2}-\\d{2})\\.'}
tables:
  cases:
    files: ["cases-*.jsonl"]
    format: {kind: jsonl}
    key: ["no"]
    entities:
      case: {type: Investigation, key: ["no"], properties: {caseNumber: "no", offence: what}}
      person: {each: "people[]", type: Person, key: ["@"], properties: {name: "@"}}
      home: {type: Address, key: {full: home}}
    links:
      in: {each: "people[]", type: NAMED_IN, from: person, to: case}
      at: {each: "people[]", type: LIVES_AT, from: person, to: home}
"""
ELIGIBLE = "eligible_when: [{value: status, is: [completed]}]\nretention:\n  unlimited: invented by a test\n"
JANUARY = {"no": "1", "status": "completed", "what": "fraud", "people": ["Ann", "Bob"], "home": "High Street 1"}
MARCH = {**JANUARY, "what": "fraud, two counts", "people": ["Ann", "Cy"]}
ANN, BOB, CY, HOME = "cases/Person/Ann", "cases/Person/Bob", "cases/Person/Cy", "cases/Address/High%20Street%201"


@pytest.fixture
def cases(make_source: Callable[..., LoadedSource]) -> LoadedSource:
    return make_source(SPEC, ELIGIBLE)


def test_a_link_that_a_later_version_does_not_tell_is_answered_with_what_told_it(
    bench: Bench, cases: LoadedSource, write: Callable[..., Path]
) -> None:
    bench.load(cases, [write("2024-01-31", JANUARY)])
    at = now()
    bench.load(cases, [write("2024-03-31", MARCH)])
    with pytest.raises(NotFound):
        find_paths(bench.graph, VIEW, INQUIRY, ANN, BOB)
    earlier = then(bench, at)
    answer = find_paths(earlier, VIEW, INQUIRY, ANN, BOB)
    case = answer["entities"]["cases/Investigation/1"]
    assert case["properties"]["offence"] == "fraud"
    assert all(record["in_force"] for record in answer["records"].values()) and len(answer["records"]) == 1
    with pytest.raises(NotFound):
        find_paths(earlier, VIEW, INQUIRY, ANN, CY)


def test_a_day_that_a_later_file_of_that_day_has_added_was_not_known(bench: Bench, cases: LoadedSource, write: Callable[..., Path]) -> None:
    bench.load(cases, [write("2024-01-31", JANUARY)])
    bench.load(cases, [write("2024-03-31", {**JANUARY, "no": "2", "people": ["Dee"]})])
    at = now()
    bench.load(cases, [write("2024-03-31", JANUARY, {**JANUARY, "no": "3", "people": ["Eve"]})])

    def days(graph: Graph) -> list[str]:
        return [record["as_of"] for record in find_paths(graph, VIEW, INQUIRY, ANN, BOB)["records"].values()]

    assert days(bench.graph) == ["2024-03-31"] and days(then(bench, at)) == ["2024-01-31"]
    assert bench.one("MATCH (r:Record {key: '1'}) RETURN [r.as_of, r.as_of_seq]") == [["2024-01-31", "2024-03-31"], [0, 3]]


def test_what_its_source_has_withdrawn_since_is_shown_for_no_time(bench: Bench, cases: LoadedSource, write: Callable[..., Path]) -> None:
    bench.load(cases, [write("2024-01-31", JANUARY)])
    at = now()
    bench.load(cases, [write("2024-03-31", {**MARCH, "status": "open again"})])
    earlier = then(bench, at)
    for id in (ANN, BOB, HOME, "cases/Investigation/1"):
        with pytest.raises(NotFound):
            show(earlier, VIEW, INQUIRY, id)
            known.shown_then(earlier, VIEW, INQUIRY, [id])
    # And when it is completed once more, the first version is what was known.
    bench.load(cases, [write("2024-05-31", MARCH)])
    assert show(then(bench, at), VIEW, INQUIRY, BOB)["links"]


def test_a_row_that_cannot_be_read_any_more_is_told(bench: Bench, cases: LoadedSource, write: Callable[..., Path]) -> None:
    bench.load(cases, [write("2024-01-31", JANUARY)])
    at = now()
    bench.load(cases, [write("2024-03-31", MARCH)])
    (bench.home / "keys" / "cases" / "never.key").unlink()
    graph, told = known.as_known(bench.graph, VIEW, INQUIRY, at, Vault(bench.home / "keys"))
    assert show(graph, VIEW, INQUIRY, BOB)["entity"]["caption"] == "person Bob"  # all that is left of him today
    assert len(told.unsure) == 1 and "1 row can't be read" in told.told()["notes"][1]


@pytest.mark.parametrize(
    ("when", "problem"),
    [
        ("yesterday", "no date and no time"),
        ("2024-02-30", "no date and no time"),
        ("2024/02/03", "no date and no time"),
        ("2024.02", "no date and no time"),
        ("2024-03-01T10:00", "no date and no time"),
        ("", "no date and no time"),
        ("2999", "has not been yet"),
        ("2999-01-01T00:00Z", "has not been yet"),
    ],
)
def test_a_time_that_cannot_be(when: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        known.moment(when)


def test_a_date_stands_for_its_end_and_a_time_for_itself() -> None:
    assert known.moment("2019") == "2019-12-31T23:59:59.999Z"
    assert known.moment("2020-02") == "2020-02-29T23:59:59.999Z"
    assert known.moment("2020-06-01") == "2020-06-01T23:59:59.999Z"
    assert known.moment("2020-06-01T12:00+02:00") == "2020-06-01T10:00:00.000Z"
    today = utc_now()[:10]
    assert known.moment(today) <= utc_now()


def test_before_the_first_load_nothing_was_known(bench: Bench, cases: LoadedSource, write: Callable[..., Path]) -> None:
    bench.load(cases, [write("2024-01-31", JANUARY)])
    with pytest.raises(NotFound):
        show(then(bench, "2001-01-01"), VIEW, INQUIRY, ANN)
