"""Trends and anomalies on the real graph: each kind is found where it was planted, and not without; counts are of the view alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from graphsvc.communities.trends.questions import list_question, point_question, show_question, trends_question
from graphsvc.errors import Conflict, Denied, InputError, NotFound, TooLarge
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import View
from graphsvc.jobs.kinds import Limits
from graphsvc.jobs.runs import run_question
from tests.communities.groups import job as groups_job
from tests.communities.groups import reading
from tests.communities.groups import run as communities
from tests.communities.trending import NOW, VIEW, Country, job, month_end, months_before, trends

pytestmark = pytest.mark.neo4j
HISTORY = months_before(NOW, 24)
SIZES = {"together": 8, "hub_links": 30, "least": 10}


def listed(graph: Graph, view: View = VIEW, **given: Any) -> dict[str, Any]:
    asked = {"job": None, "run": None, "kinds": None, "entity": None, "new": False, "limit": 100, "after": 0, **given}
    return list_question(reading(graph, view), **asked)


def kinds(graph: Graph, run: dict[str, Any]) -> dict[str, int]:
    told: dict[str, int] = run["result"]["kinds"]
    return told


@dataclass
class Planted:
    """A country with one anomaly of each kind in `NOW`; the links of each, and the run that found them."""

    graph: Graph
    links: dict[str, set[str]]
    run: dict[str, Any]

    def one(self, kind: str) -> dict[str, Any]:
        """The anomaly of a kind, shown; the only one."""
        [found] = listed(self.graph, run=self.run["id"], kinds=[kind])["anomalies"]
        return show_question(reading(self.graph, VIEW), found["id"], run=self.run["id"], limit=500, after=0)


def plant(country: Country) -> dict[str, set[str]]:
    """One of each kind, in the month NOW."""
    links: dict[str, set[str]] = {}
    place = country.entity("register/Address/harbour", city="Westhaven", full="Harbour 4", caption="Harbour 4")
    links["many_at_once"] = {
        country.link(country.entity(f"register/Company/h{n}", f"Harbour Company {n}"), "REGISTERED_AT", place, f"{NOW}-{n + 1:02d}")
        for n in range(10)
    }
    links["new_hub"] = {country.transfer(f"o{n}", "pot", f"{NOW}-{n % 28 + 1:02d}T11:00:00Z", 50_00 + n) for n in range(36)}
    ring = ("r1", "r2", "r3", "r4")
    links["circular_transfers"] = {
        country.transfer(a, b, f"{NOW}-{10 + n:02d}T09:00:00Z", 5_000_00 - n * 10_000)
        for n, (a, b) in enumerate(zip(ring, (*ring[1:], ring[0]), strict=True))
    }
    links["ownership_cycle"] = {
        country.link(f"register/Company/own{a}", "OWNS", f"register/Company/own{b}", when, as_of=as_of)
        for a, b, when, as_of in (
            (1, 2, "2020-01-05", "2022-06-30"),
            (2, 3, "2021-03-05", "2022-06-30"),
            (3, 1, f"{NOW}-12", month_end(NOW)),
        )
    }
    for _ in range(60):
        country.row("bank", month_end(NOW), table="extra")
    return links


@pytest.fixture(scope="module")
def planted(session_graph: Graph) -> Iterator[Planted]:
    session_graph.auto("admin/wipe")
    country = Country(session_graph).ordinary([*HISTORY, NOW])
    for month in HISTORY:
        for _ in range(12):
            country.row("bank", month_end(month), table="extra")
            country.row("register", month_end(month), table="gone")
        for n in range(12):
            country.link(f"register/Person/s{month}-{n}", "FAMILY_OF", f"register/Person/t{month}-{n}", f"{month}-03")
        country.link(f"register/Company/own{month}", "OWNS", f"register/Company/owned{month}", f"{month}-03")
    for name in ("left", "right"):
        people = [f"register/Person/{name}{n}" for n in range(4)]
        for n, one in enumerate(people):
            for other in people[n + 1 :]:
                country.link(one, "FAMILY_OF", other, "2020-05-01", as_of="2022-06-30")
    country.batch()
    communities(session_graph, view=VIEW)
    links = plant(country)
    links["new_bridge"] = {country.link("register/Person/left0", "DIRECTOR_OF", "register/Company/between", f"{NOW}-20")}
    links["new_bridge"] |= {country.link("register/Person/right0", "DIRECTOR_OF", "register/Company/between", f"{NOW}-21")}
    country.batch()
    communities(session_graph, groups_job(measures=["bridges"]), view=VIEW)
    yield Planted(session_graph, links, trends(session_graph, **SIZES))
    session_graph.auto("admin/wipe")


@pytest.mark.parametrize("kind", ["many_at_once", "new_hub", "new_bridge", "circular_transfers", "ownership_cycle"])
def test_what_was_planted_is_found_with_exactly_its_links_and_their_records(planted: Planted, kind: str) -> None:
    told = planted.one(kind)
    assert {link["id"] for link in told["links"]} == planted.links[kind]
    assert all(link["records"] and set(link["records"]) <= told["records"].keys() for link in told["links"])
    assert told["anomaly"]["month"] == NOW and told["parameters"]["together"] == 8
    if kind in ("circular_transfers", "ownership_cycle"):
        begins, ends = ([link[side] for link in told["links"]] for side in ("from", "to"))
        assert begins == [ends[-1], *ends[:-1]], "a ring is told in its order"


def test_counts_far_from_their_past_are_found(planted: Planted) -> None:
    found = listed(planted.graph, run=planted.run["id"])["anomalies"]
    about = {(one["kind"], one["about"].get("type") or one["about"].get("table"), one["about"].get("place")) for one in found}
    assert ("more_than_before", "TRANSFERRED_TO", None) in about
    assert ("more_than_before", "REGISTERED_AT", "WESTHAVEN") not in about, "a place without a past is not judged"
    assert ("fewer_than_before", "FAMILY_OF", None) in about
    assert ("source_silent", "gone", None) in about and ("source_doubled", "extra", None) in about
    assert len([one for one in found if one["kind"] == "source_silent"]) == 1


def test_what_is_told_is_told_of_records(planted: Planted) -> None:
    told = {one["kind"]: one["sentence"] for one in listed(planted.graph, run=planted.run["id"])["anomalies"]}
    assert told["many_at_once"] == "10 companies were registered at Harbour 4 in June 2024; the median of the 24 months before is 0."
    assert told["source_silent"] == "The register (table gone) told no row as of June 2024; the median of the 24 months before is 12."
    assert "came in that month" in told["new_hub"] and "before is 12" in told["fewer_than_before"]
    assert "4 transfers, each later than the one before it" in told["circular_transfers"]
    assert "own shares of each other in a ring" in told["ownership_cycle"] and "A link" not in told["new_bridge"]


def test_in_the_month_before_nothing_stands_out(planted: Planted) -> None:
    before = trends(planted.graph, name="before", month=HISTORY[-1], **SIZES)
    assert before["result"]["anomalies"] == 0 and before["result"]["series"] > 4


def test_an_anomaly_keeps_its_id_and_is_new_once(planted: Planted) -> None:
    again = trends(planted.graph, **SIZES)
    first, second = (listed(planted.graph, run=run["id"])["anomalies"] for run in (planted.run, again))
    assert [one["id"] for one in first] == [one["id"] for one in second]
    assert all(one["new"] for one in first) and not any(one["new"] for one in second)
    assert {one["first_run"] for one in second} == {planted.run["id"]} and again["result"]["new"] == 0
    assert listed(planted.graph, run=again["id"], new=True)["total"] == 0
    assert again["projection_sha256"] == planted.run["projection_sha256"]


def test_a_point_of_a_series_shows_the_records_behind_it(planted: Planted) -> None:
    r = reading(planted.graph, VIEW)
    asked = {"job": None, "run": planted.run["id"], "limit": 100, "after": 0}
    told = trends_question(r, source="bank", type=None, place=None, **asked)  # type: ignore[arg-type]
    by_name = {one["table"] or one["type"]: one for one in told["series"]}
    assert by_name["extra"]["counts"][NOW] == 60 and by_name["extra"]["counts"][HISTORY[3]] == 12
    links = point_question(r, by_name["TRANSFERRED_TO"]["id"], HISTORY[0], **asked)  # type: ignore[arg-type]
    assert links["counted"] == links["total"] == len(links["links"]) == 20
    assert all(set(link["records"]) <= links["records"].keys() for link in links["links"])
    rows = point_question(r, by_name["extra"]["id"], NOW, **asked)  # type: ignore[arg-type]
    assert rows["counted"] == rows["total"] == len(rows["records"]) == 60 and rows["links"] == []
    place = trends_question(r, source="register", type="REGISTERED_AT", place="Ostbrook", **asked)  # type: ignore[arg-type]
    [one] = place["series"]
    assert point_question(r, one["id"], NOW, **asked)["total"] == one["counts"][NOW] == 6  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="no series"):
        point_question(r, "nothing", NOW, **asked)  # type: ignore[arg-type]
    for wrong in ("June", "2010-01", "2024-13"):
        with pytest.raises(InputError, match=r"no month|counts from"):
            point_question(r, one["id"], wrong, **asked)  # type: ignore[arg-type]


def test_a_result_is_there_for_views_with_all_that_its_run_saw_and_for_no_other(planted: Planted) -> None:
    narrow = View(("register", "bank", "phones"), "analytics")
    id = listed(planted.graph, run=planted.run["id"])["anomalies"][0]["id"]
    asked = {"job": None, "run": planted.run["id"], "limit": 5, "after": 0}
    for ask in (
        lambda: listed(planted.graph, narrow),
        lambda: listed(planted.graph, narrow, run=planted.run["id"]),
        lambda: show_question(reading(planted.graph, narrow), id, run=None, limit=5, after=0),
        lambda: trends_question(reading(planted.graph, narrow), source=None, type=None, place=None, **asked),  # type: ignore[arg-type]
        lambda: point_question(reading(planted.graph, narrow), "x", NOW, **asked),  # type: ignore[arg-type]
    ):
        with pytest.raises(NotFound):
            ask()


def test_a_kind_that_there_is_not_and_a_month_that_is_none_are_refused(planted: Planted) -> None:
    with pytest.raises(InputError, match="no kind of anomaly"):
        listed(planted.graph, kinds=["crime"])
    with pytest.raises(ValueError, match="month"):
        job(month="2024-13")


def test_what_would_take_too_much_memory_is_refused_before_it_is_read(planted: Planted) -> None:
    assert planted.run["result"]["expected_mb"] > 0
    with pytest.raises(TooLarge, match=r"MiB of the worker's memory, and may take 0 \([\d,]+ links\)"):
        run_question(reading(planted.graph, VIEW), job(), lease_s=60.0, limits=Limits(60.0, 0))


def test_a_source_outside_the_view_changes_nothing(graph: Graph) -> None:
    country = Country(graph).ordinary([*HISTORY[:9], HISTORY[9]])
    month = HISTORY[9]
    country.write()
    before = trends(graph, name="one", month=month, **SIZES)
    for n in range(40):
        country.entity(f"secret/Company/{n}")
        country.link(f"secret/Company/{n}", "REGISTERED_AT", "secret/Address/x", f"{month}-02")
        link = country.link(f"secret/Person/{n}", "HAS_PHONE", f"phones/Phone/{HISTORY[0]}-0", f"{month}-02")
        assert link.startswith("secret/")
    country.write()
    graph.statement("MATCH (a:Entity {id: 'phones/Phone/' + $m + '-0'}) SET a.touched = true", m=HISTORY[0])
    after = trends(graph, name="two", month=month, **SIZES)
    assert (before["result"], before["projection_sha256"]) == (after["result"], after["projection_sha256"])
    seen = trends(graph, name="three", month=month, view=View((*VIEW.compartments, "secret"), "analytics"), **SIZES)
    assert seen["projection_sha256"] != before["projection_sha256"]


def test_a_correction_is_no_anomaly(graph: Graph) -> None:
    """Twelve rows told otherwise in this month, with its date and one address: they were told before."""
    month = HISTORY[9]
    country = Country(graph).ordinary(HISTORY[:10])
    for n in range(12):
        company = country.entity(f"register/Company/c{n}")
        old = country.link(company, "REGISTERED_AT", f"register/Address/old{n}", f"{HISTORY[n % 6]}-05", key=f"key{n}")
        country.link(company, "REGISTERED_AT", "register/Address/new", f"{month}-05", key=f"key{n}")
        country.write()
        graph.statement("MATCH ()-[r {id: $id}]->() SET r.seq_to = 1", id=old)
    run = trends(graph, month=month, together=8, kinds=["many_at_once", "new_hub", "ownership_cycle"], hub_links=10)
    assert kinds(graph, run) == {}
    for n in range(12):
        country.link(country.entity(f"register/Company/d{n}"), "REGISTERED_AT", "register/Address/new", f"{month}-05")
    country.write()
    assert kinds(graph, trends(graph, month=month, kinds=["many_at_once"])) == {"many_at_once": 1}


def test_those_that_are_the_same_count_once(graph: Graph) -> None:
    month = HISTORY[9]
    country = Country(graph).ordinary(HISTORY[:10])
    companies = [country.entity(f"register/Company/c{n}") for n in range(9)]
    for one in companies:
        country.link(one, "REGISTERED_AT", "register/Address/new", f"{month}-05")
    country.write()
    asked: dict[str, Any] = {"month": month, "together": 8, "kinds": ["many_at_once"]}
    assert kinds(graph, trends(graph, **asked)) == {"many_at_once": 1}
    same = (
        "MATCH (a:Entity {id: $a}) MATCH (b:Entity {id: $b}) "
        "CREATE (a)-[:SAME_AS {id: $a + $b, compartments: ['register'], seq_from: 1}]->(b)"
    )
    for other in companies[1:3]:
        graph.statement(same, a=companies[0], b=other)
    assert kinds(graph, trends(graph, **asked)) == {}


def test_a_source_that_began_lately_has_no_past_to_stand_out_of(graph: Graph) -> None:
    month = HISTORY[9]
    country = Country(graph).ordinary(HISTORY[:10])
    for n in range(60):
        country.link(f"bank/LegalEntity/{n}", "HAS_ACCOUNT", "bank/Account/x", f"{month}-05")
    country.write()
    assert kinds(graph, trends(graph, month=month, **SIZES)) == {"source_doubled": 1}, "of rows there is a past"


def test_links_without_a_date_count_when_they_were_told_first(graph: Graph) -> None:
    month = HISTORY[9]
    country = Country(graph).ordinary(HISTORY[:10])
    country.batch()
    for n in range(12):
        country.link(f"register/Person/u{n}", "HAS_ADDRESS", "register/Address/new", None, as_of=month_end(month))
    country.write()
    load = {"as_of": [month_end(month)], "seq": country.seq}
    graph.statement(
        "CREATE (:Load {id: 'register/load/2', source: 'register', as_of: $as_of}) CREATE (:Batch {seq: $seq, load: 'register/load/2'})",
        **load,
    )
    run = trends(graph, month=month, **SIZES)
    assert kinds(graph, run) == {"many_at_once": 1} and run["result"]["undated"] == 12


def test_without_an_earlier_run_of_communities_that_is_said(graph: Graph) -> None:
    country = Country(graph).ordinary(HISTORY[:10]).write()
    run = trends(country.graph, month=HISTORY[9])
    assert "new_bridge" in run["result"]["not_looked_for"]
    assert listed(graph)["not_looked_for"] == run["result"]["not_looked_for"]


def test_nothing_to_count_is_an_error_that_says_so(graph: Graph) -> None:
    country = Country(graph)
    country.row("meters", "2024-06-30")
    country.write()
    with pytest.raises(Conflict, match="nothing to analyse"):
        trends(graph)
    with pytest.raises(InputError, match="month must be given"):
        trends(graph, sources=["register"])


def test_a_source_that_may_not_be_analysed_is_refused_by_the_rule(graph: Graph) -> None:
    with pytest.raises(Denied, match="no rule of its policy permits `analytics`"):
        trends(graph, sources=["register", "reads"])
