"""Strong pairs stand from the strongest on, never past a contradiction, and never where they could as well be another's."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graphsvc.resolution.dates import contradict
from graphsvc.resolution.grow import MARGIN_BITS, grow
from graphsvc.resolution.model import built_in
from tests.resolution.tables import people, person

FATHER, SON = "1941-02-03", "1969-07-21"


@dataclass(frozen=True)
class Grown:
    same: set[tuple[str, str]]
    held: set[tuple[str, str]]
    sentences: list[str]


def grown(births: dict[str, str | None], pairs: dict[tuple[str, str], float], **more: Any) -> Grown:
    """What `grow` makes of strong pairs of people with these dates of birth."""
    ids = sorted(births)
    table = people(*(person(id, "Bo Holm", births[id]) for id in ids))
    at = {id: n for n, id in enumerate(ids)}
    listed = [tuple(sorted(pair)) for pair in pairs]
    a, b = (np.array([at[pair[side]] for pair in listed], np.int64) for side in (0, 1))
    decisive = np.array([pair in more.get("decisive", ()) for pair in listed], bool)
    standing, apart = ([(at[x], at[y]) for x, y in more.get(name, ())] for name in ("standing", "apart"))
    bits = np.array(list(pairs.values()), float)
    same, held, against = grow(table, built_in("people"), a, b, bits, np.ones(len(bits), bool), decisive, standing, apart)
    return Grown(
        {pair for pair, is_same in zip(listed, same, strict=True) if is_same},  # type: ignore[arg-type, misc]
        {pair for pair, is_held in zip(listed, held, strict=True) if is_held},  # type: ignore[arg-type, misc]
        [one.sentence() for one in against],
    )


def test_what_fits_two_who_contradict_each_other_alike_is_neither() -> None:
    found = grown({"a/father": FATHER, "b/son": SON, "x": None}, {("a/father", "x"): 9.0, ("b/son", "x"): 8.0})
    assert (found.same, found.held) == (set(), {("a/father", "x"), ("b/son", "x")})
    assert set(found.sentences) == {f"a/father and b/son have two dates of birth: {FATHER} and {SON}."}


def test_what_fits_one_of_them_clearly_better_is_that_one() -> None:
    found = grown({"a/father": FATHER, "b/son": SON, "x": None}, {("a/father", "x"): 9.0, ("b/son", "x"): 9.0 - MARGIN_BITS})
    assert (found.same, found.held) == ({("a/father", "x")}, {("b/son", "x")})


def test_two_records_of_one_unknown_stay_together_and_apart_from_both() -> None:
    pairs = {("x", "y"): 20.0, ("a/father", "x"): 9.0, ("a/father", "y"): 9.0, ("b/son", "x"): 9.0, ("b/son", "y"): 7.0}
    found = grown({"a/father": FATHER, "b/son": SON, "x": None, "y": None}, pairs)
    assert found.same == {("x", "y")} and found.held == set(pairs) - {("x", "y")}


def test_the_weaker_pair_with_another_of_the_same_person_does_not_stand_instead() -> None:
    births = {"a/father": FATHER, "b/son": SON, "c/son": SON, "x": None}
    pairs = {("b/son", "c/son"): 20.0, ("a/father", "x"): 12.0, ("b/son", "x"): 11.0, ("c/son", "x"): 7.0}
    assert grown(births, pairs).same == {("b/son", "c/son")}


def test_what_stands_by_stronger_pairs_is_not_loosened() -> None:
    births = {"a/father": FATHER, "b/father": FATHER, "c/son": SON, "x": None}
    pairs = {("a/father", "b/father"): 25.0, ("a/father", "x"): 8.0, ("b/father", "x"): 18.0, ("c/son", "x"): 8.0}
    found = grown(births, pairs)
    assert found.held == {("c/son", "x")}


def test_an_equal_identifier_and_what_people_decided_are_not_another_s() -> None:
    births = {"a/father": FATHER, "b/son": SON, "x": None}
    pairs = {("a/father", "x"): 9.0, ("b/son", "x"): 9.0}
    assert grown(births, pairs, decisive={("b/son", "x")}).same == {("b/son", "x")}
    assert grown(births, pairs, decisive={("a/father", "x")}).same == {("a/father", "x")}
    assert grown(births, {("b/son", "x"): 9.0}, standing=[("a/father", "x")]).held == {("b/son", "x")}


def test_what_people_decided_to_be_two_loosens_as_well() -> None:
    found = grown({"a": None, "b": None, "x": None}, {("a", "x"): 9.0, ("b", "x"): 8.0}, apart=[("a", "b")])
    assert found.same == set() and found.sentences == ["It was decided that a and b are not the same."] * 2


BIRTHS = st.lists(st.sampled_from([None, None, FATHER, SON, "1990-01-01"]), min_size=3, max_size=8)


@given(births=BIRTHS, data=st.data())
def test_no_cluster_holds_a_contradiction_and_the_order_of_pairs_changes_nothing(births: list[str | None], data: st.DataObject) -> None:
    told = {f"p/{n}": born for n, born in enumerate(births)}
    possible = [pair for pair in combinations(sorted(told), 2) if not contradict(told[pair[0]] or "", told[pair[1]] or "")]
    chosen = data.draw(st.lists(st.sampled_from(possible), unique=True)) if possible else []
    pairs = {pair: data.draw(st.sampled_from([7.0, 8.0, 9.5, 11.0, 14.0])) for pair in chosen}
    found = grown(told, pairs)
    assert found == grown(told, dict(data.draw(st.permutations(list(pairs.items())))))
    assert found.same | found.held == set(pairs)
    cluster = {id: {id} for id in told}
    for a, b in found.same:
        joined = cluster[a] | cluster[b]
        cluster.update(dict.fromkeys(joined, joined))
    for members in cluster.values():
        assert len({told[id] for id in members} - {None}) <= 1
    # Of what was held back, each fits somebody whom it would bring together with another.
    if not any(contradict(x or "", y or "") for x, y in combinations(births, 2)):
        assert not found.held
