"""Chains of shareholdings: shares multiplied as ranges, over sources and dates, cycles named, cuts told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from graphsvc.connections.owners import owners
from graphsvc.errors import InputError, NotFound
from graphsvc.graph.view import Inquiry, View
from tests.connections.world import World

pytestmark = pytest.mark.neo4j
VIEW = View(("reg", "gov"))


@pytest.fixture
def firms(world: World) -> World:
    """reg: Ada 60 % of Top, Top 50 to 75 % of Mid, Bo without a share of Mid, Mid 80 % of Base."""
    world.source("reg", "Register")
    world.source("gov", "Gazette")
    for name in ("top", "mid", "base"):
        world.entity(f"reg/c/{name}", "Company", name.title())
    for name in ("ada", "bo"):
        world.entity(f"reg/p/{name}", "Person", name.title())
    world.link("reg/p/ada", "OWNS", "reg/c/top", percent=60.0)
    world.link("reg/c/top", "OWNS", "reg/c/mid", percentMin=50.0, percentMax=75.0)
    world.link("reg/p/bo", "OWNS", "reg/c/mid")
    world.link("reg/c/mid", "OWNS", "reg/c/base", percent=80.0)
    return world


def totals(answer: dict[str, Any]) -> dict[str, tuple[float, float]]:
    return {one["cluster"]: (one["share"]["min"], one["share"]["max"]) for one in answer["totals"]}


def test_shares_are_multiplied_along_chains_as_ranges_with_the_records_of_each_hop(firms: World, inquiry: Inquiry) -> None:
    answer = owners(firms.graph, VIEW, inquiry, "reg/c/base")
    assert totals(answer) == {
        "reg/c/mid": (80, 80), "reg/c/top": (40, 60), "reg/p/ada": (24, 36), "reg/p/bo": (0, 80),
    }  # fmt: skip
    assert [c["nodes"][-1] for c in answer["chains"]] == ["reg/p/bo", "reg/p/ada"]
    assert {one["cluster"] for one in answer["totals"] if one["ultimate"]} == {"reg/p/ada", "reg/p/bo"}
    hop = answer["chains"][0]["hops"][1]
    assert (hop["stated"], hop["share"]) == (False, {"min": 0.0, "max": 100.0})
    for chain in answer["chains"]:
        for hop in chain["hops"]:
            assert all(answer["records"][r]["in_force"] for link in hop["links"] for r in link["records"]) and hop["links"]
    assert answer["complete"] and answer["cycles"] == [] and json.loads(json.dumps(answer)) == answer


def test_by_way_of_an_entity_only_its_chains_count(firms: World, inquiry: Inquiry) -> None:
    answer = owners(firms.graph, VIEW, inquiry, "reg/c/base", via="reg/c/top")
    assert totals(answer) == {"reg/c/top": (40, 60), "reg/p/ada": (24, 36)} and answer["question"]["via"] == "reg/c/top"
    assert [c["nodes"][-1] for c in answer["chains"]] == ["reg/p/ada"]
    firms.link("reg/c/base", "OWNS", "reg/c/top", percent=5.0)
    assert len(owners(firms.graph, VIEW, inquiry, "reg/c/base", via="reg/c/top")["cycles"]) == 1
    assert owners(firms.graph, VIEW, inquiry, "reg/c/base", via="reg/p/bo")["cycles"] == []
    with pytest.raises(NotFound):
        owners(firms.graph, View(("gov",)), inquiry, "reg/c/base", via="reg/c/top")
    with pytest.raises(InputError, match="to be avoided"):
        owners(firms.graph, VIEW, inquiry, "reg/c/base", via="reg/c/top", avoid=["reg/c/top"])


def test_what_an_entity_owns_is_the_same_chain_from_its_other_end(firms: World, inquiry: Inquiry) -> None:
    answer = owners(firms.graph, VIEW, inquiry, "reg/p/ada", down=True)
    assert totals(answer) == {"reg/c/top": (60, 60), "reg/c/mid": (30, 45), "reg/c/base": (24, 36)}
    assert answer["chains"][0]["hops"][0]["links"][0]["sentence"] == "Ada owns shares of Top, 60 %."
    assert answer["chains"][0]["nodes"] == ["reg/p/ada", "reg/c/top", "reg/c/mid", "reg/c/base"]


def test_where_sources_disagree_the_range_spans_them_and_says_so(firms: World, inquiry: Inquiry) -> None:
    for id, caption in (("gov/c/t", "Top Ltd"), ("gov/c/m", "Mid Ltd")):
        firms.entity(id, "Company", caption)
    firms.same("reg/c/top", "gov/c/t")
    firms.same("reg/c/mid", "gov/c/m")
    firms.link("gov/c/t", "OWNS", "gov/c/m", percent=20.0)
    (hop,) = owners(firms.graph, VIEW, inquiry, "reg/c/mid", levels=1, min_share=1)["chains"][1]["hops"]
    assert hop["share"] == {"min": 20.0, "max": 75.0} and hop["disagree"]
    assert [s["source"] for s in hop["sources"]] == ["gov", "reg"]
    alone = owners(firms.graph, VIEW, inquiry, "reg/c/mid", identity="none")
    assert not any(hop["disagree"] for chain in alone["chains"] for hop in chain["hops"])
    hidden = json.dumps(owners(firms.graph, View(("reg",)), inquiry, "reg/c/mid"))
    assert "gov" not in hidden and '"disagree": true' not in hidden


def test_a_chain_goes_on_in_another_source_through_a_same_as(firms: World, inquiry: Inquiry) -> None:
    firms.entity("gov/p/eve", "Person", "Eve")
    firms.entity("gov/c/t", "Company", "Top Ltd")
    firms.same("reg/c/top", "gov/c/t")
    firms.link("gov/p/eve", "OWNS", "gov/c/t", percent=40.0)
    assert totals(owners(firms.graph, VIEW, inquiry, "reg/c/base"))["gov/p/eve"] == (16, 24)
    crossed = owners(firms.graph, VIEW, inquiry, "reg/c/base")["clusters"]["gov/c/t"]
    assert crossed["members"] == ["gov/c/t", "reg/c/top"] and crossed["same_as"][0]["evidence"]
    assert "gov/p/eve" not in totals(owners(firms.graph, VIEW, inquiry, "reg/c/base", identity="none"))


def test_several_links_at_one_time_may_add_up_and_those_of_other_times_do_not(firms: World, inquiry: Inquiry) -> None:
    firms.entity("reg/c/x", "Company", "X")
    firms.link("reg/p/ada", "OWNS", "reg/c/x", percent=50.0, valid_from="2010-01-01", valid_to="2014-12-31")
    firms.link("reg/p/ada", "OWNS", "reg/c/x", percent=20.0, valid_from="2015-01-01", role="a")
    firms.link("reg/p/ada", "OWNS", "reg/c/x", percent=10.0, valid_from="2015-01-01", role="b")

    def share(on: str | None) -> tuple[float, float]:
        return totals(owners(firms.graph, VIEW, inquiry, "reg/c/x", on=on)).get("reg/p/ada", (-1, -1))

    assert share(None) == (20, 50)
    assert share("2012-06-30") == (50, 50) and share("2016") == (20, 30) and share("2009") == (-1, -1)


def test_what_may_have_held_on_a_date_counts_as_nothing_for_the_least(firms: World, inquiry: Inquiry) -> None:
    firms.entity("reg/c/x", "Company", "X")
    partial = {"valid_from": "2019", "valid_from_min": "2019-01-01", "valid_from_max": "2019-12-31"}
    firms.link("reg/p/ada", "OWNS", "reg/c/x", percent=50.0, **partial)
    for on, expected in (("2019-06-01", (0, 50)), ("2020-01-01", (50, 50)), ("2019", (0, 50)), ("2018-12", None)):
        assert totals(owners(firms.graph, VIEW, inquiry, "reg/c/x", on=on)).get("reg/p/ada") == expected


def test_a_cycle_is_named_and_not_followed_round(firms: World, inquiry: Inquiry) -> None:
    firms.link("reg/c/base", "OWNS", "reg/c/top", percent=10.0)
    firms.link("reg/c/base", "OWNS", "reg/c/base", percent=5.0)
    answer = owners(firms.graph, VIEW, inquiry, "reg/c/base")
    assert [c["nodes"] for c in answer["cycles"]] == [["reg/c/base"], ["reg/c/base", "reg/c/mid", "reg/c/top"]]
    assert all(hop["links"][0]["records"] for cycle in answer["cycles"] for hop in cycle["hops"])
    assert totals(answer)["reg/p/ada"] == (24, 36) and "reg/c/base" not in totals(answer)
    assert answer["complete"]


def test_two_chains_to_one_owner_add_up_and_never_beyond_the_whole(firms: World, inquiry: Inquiry) -> None:
    firms.link("reg/p/ada", "OWNS", "reg/c/base", percent=20.0)
    assert totals(owners(firms.graph, VIEW, inquiry, "reg/c/base"))["reg/p/ada"] == (44, 56)
    firms.link("reg/p/ada", "OWNS", "reg/c/mid")
    assert totals(owners(firms.graph, VIEW, inquiry, "reg/c/base"))["reg/p/ada"] == (44, 100)


def test_each_cut_is_told(firms: World, inquiry: Inquiry) -> None:
    def asked(**given: Any) -> dict[str, Any]:
        return owners(firms.graph, VIEW, inquiry, "reg/c/base", **given)

    short = asked(levels=1)
    assert short["cut_by"] == ["levels"] and "1 levels" in short["cut_text"][0] and short["chains"][0]["ends"] == "levels"
    assert not short["totals"][0]["ultimate"]
    assert asked(levels=3)["complete"]
    read = asked(most_links=2)
    assert read["cut_by"] == ["links"] and "2 shareholdings" in read["cut_text"][0]
    assert asked(most_steps=2)["cut_by"] == ["steps"]
    assert asked(limit=1)["cut_by"] == ["limit"] and len(asked(limit=1)["totals"]) == 4
    small = asked(min_share=61)
    assert small["complete"] and small["below_min_share"] == 1 and "reg/c/top" not in totals(small)


@pytest.mark.parametrize(
    "wrong",
    [{"levels": 0}, {"levels": 21}, {"limit": 0}, {"limit": 501}, {"min_share": -1}, {"min_share": 101}, {"on": "soon"}, {"identity": "x"}],
)
def test_wrong_bounds_and_dates_say_what_can_be(firms: World, inquiry: Inquiry, wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        owners(firms.graph, VIEW, inquiry, "reg/c/base", **wrong)


def test_an_id_that_is_not_in_view_is_not_found(firms: World, inquiry: Inquiry) -> None:
    firms.entity("gov/c/only", "Company", "Only")
    with pytest.raises(NotFound):
        owners(firms.graph, View(("reg",)), inquiry, "gov/c/only")
    nothing = owners(firms.graph, VIEW, inquiry, "gov/c/only")
    assert nothing["chains"] == nothing["totals"] == [] and nothing["complete"]
