"""Why two are the same, why not, and how a cluster hangs together: what is told, drawn, and kept within the view."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from graphsvc.errors import InputError, NotFound
from graphsvc.graph.view import View
from graphsvc.inquiry.desk import Reading, Result
from graphsvc.resolution import runs
from graphsvc.resolution.judgements import judge
from graphsvc.resolution.questions import chart_question, how_question, why_not_question, why_question
from tests.connections.world import World
from tests.resolution.conftest import ADA, ALL, BO, INQUIRY, NAMESAKE

pytestmark = pytest.mark.neo4j
SVG = "{http://www.w3.org/2000/svg}"


def reading(world: World, *compartments: str) -> Reading:
    return Reading(world.graph, View(compartments or ALL.compartments, "search"), INQUIRY, None, {})  # type: ignore[arg-type]


def test_a_namesake_is_told_apart_with_what_lacks(world: World) -> None:
    runs.run(world.graph, ALL, INQUIRY)
    told = why_not_question(reading(world), NAMESAKE, ADA[1])
    assert told["same"] is False and told["decisions"] == []
    assert "Nothing but the name agrees, which never makes two the same." in told["reasons"]
    assert any("two are the same from" in reason for reason in told["reasons"])
    assert any("bears" in sentence for sentence in told["weighed"]) and told["weighed"][-1].startswith("together")


def test_who_differs_in_birth_is_told_so_and_who_was_judged_as_well(world: World) -> None:
    other = world.entity("phones/person/other", "Person", "Adelheid Vinterkvist", birthDate="1938-01-02")
    told = why_not_question(reading(world), ADA[0], other)
    assert any("two dates of birth: 1971-03-14 and 1938-01-02" in reason for reason in told["reasons"]), told["reasons"]
    judge(world.graph, ALL, INQUIRY, ADA[0], ADA[1], "never", "mother and daughter")
    told = why_not_question(reading(world), *ADA)
    assert told["reasons"] == ["stella judged that they are never the same: mother and daughter"]


def test_the_same_before_any_run_is_said_to_be_undecided_and_after_it_the_same(world: World) -> None:
    told = why_not_question(reading(world), *ADA)
    assert told["same"] is False and told["reasons"] == ["By what is told of them now they are the same, and no run has decided so yet."]
    runs.run(world.graph, ALL, INQUIRY)
    told = why_not_question(reading(world), *ADA)
    assert told["same"] is True and told["reasons"] == []


def test_a_person_and_a_company_are_never_compared(world: World) -> None:
    company = world.entity("bills/company/x", "Company", "Holm Shipping")
    assert "never compared" in why_not_question(reading(world), ADA[0], company)["reasons"][0]


def test_a_cluster_is_told_with_the_decisions_that_suffice_and_within_the_view(world: World) -> None:
    third = world.entity("secret/person/ada", "Person", "Adelheid Vinterkvist", birthDate="1971-03-14")
    world.link(third, "HAS_PHONE", world.entity("secret/phone/ada", "Phone", "+4755501234", number="+4755501234"))
    runs.run(world.graph, ALL, INQUIRY)
    told = how_question(reading(world), ADA[0])
    assert {member["id"] for member in told["members"]} == {*ADA, third}
    assert (told["decisions"], len(told["steps"]), told["complete"], told["contradictions"]) == (3, 2, True, [])
    assert told["steps"][0]["bits"] >= told["steps"][1]["bits"]
    told = how_question(reading(world, "bills", "register", "phones"), ADA[0])
    assert {member["id"] for member in told["members"]} == {*ADA} and told["decisions"] == 1
    with pytest.raises(NotFound):
        how_question(reading(world, "bills"), BO[1])
    # Joined by a person against what is told: the contradiction is named, to whoever sees both.
    other = world.entity("phones/person/other", "Person", "Adelheid Vinterkvist", birthDate="1938-01-02")
    judge(world.graph, ALL, INQUIRY, ADA[0], other, "same", "one card, two dates")
    told = how_question(reading(world, "bills", "register", "phones"), other)
    assert any("1938-01-02" in sentence for sentence in told["contradictions"])


def test_the_chart_adds_up_and_hostile_text_stays_text(world: World) -> None:
    hostile = '<script>alert(1)</script> & "Vinterkvist"'
    for source in ("register", "bills"):
        id = world.entity(f"{source}/person/x", "Person", f"Zacharias {hostile}", birthDate="1955-05-05")
        world.link(id, "HAS_PHONE", world.entity(f"{source}/phone/x", "Phone", "+4755500001", number="+4755500001"))
    runs.run(world.graph, ALL, INQUIRY)
    result = why_question(reading(world), "register/person/x", "bills/person/x", drawn=["html", "svg"])
    assert isinstance(result, Result)
    drawing = ET.fromstring(result.files["svg"])
    told = [text.text for text in drawing.iter(f"{SVG}text")]
    decision = result.value["decisions"][0]
    total = f"{sum(c['bits'] for c in decision['evidence']['comparisons']):+.1f}"
    assert (
        float(total) == pytest.approx(decision["bits"], abs=0.06)
        and total in told
        and "together" in told
        and "the same from +6.0 on" in told
    )
    page = result.files["html"].decode()
    assert "<script" not in page and "&lt;script&gt;" in page and "default-src 'none'" in page
    chart = chart_question(reading(world), "register/person/x", "bills/person/x")
    assert chart.files["svg"] == result.files["svg"]
    nothing = chart_question(reading(world), "register/person/x", BO[0])
    assert b"Nothing was weighed" in nothing.files["svg"]


def test_each_value_stands_with_who_is_told_so_whichever_is_named_first(world: World) -> None:
    runs.run(world.graph, ALL, INQUIRY)
    for a, b in (ADA, ADA[::-1]):
        told: Any = why_question(reading(world), a, b)
        assert (told["decisions"][0]["a"], told["decisions"][0]["b"]) == ADA
    with pytest.raises(InputError, match="same entity"):
        why_question(reading(world), ADA[0], ADA[0])
