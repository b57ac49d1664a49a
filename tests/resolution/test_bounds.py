"""What is left out unweighed could not have been possible: the bound is never under what a pair weighs."""

from __future__ import annotations

import random
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from graphsvc.resolution.bounds import Bound, Looser
from graphsvc.resolution.compare import Bench, opened
from graphsvc.resolution.model import built_in
from graphsvc.resolution.tables import ORGANISATIONS, PEOPLE, conform
from tests.resolution.tables import REFERENCE, address, organisations, people, person

GIVEN = ["Anna", "Anne", "Peter", "Petr", "Maria", "Søren", "Tjugastild", "Tjugastidl", "Li", "A."]
FAMILY = ["Hansen", "Hanssen", "Jensen", "Klaremby", "Klarembyy", "Kalremby", "Peter", "van der Berg", "Ødegård", "Ng"]
STREETS = ["Bøgegade", "Bogegade", "Elmwood Road", "Elmwod Rd", "Hovedgaden"]


def some(draw: random.Random, values: list[Any], most: int = 2) -> list[Any] | None:
    return draw.sample(values, draw.randint(0, most)) or None


def told(draw: random.Random, source: str) -> dict[str, Any]:
    return {
        "addresses": some(
            draw, [address(s, h, p, c) for s in STREETS for h in ("3", "") for p in ("10200", "") for c in ("Friborg", "Frborg")]
        ),
        "phones": some(draw, [f"+454412340{n}" for n in range(6)]),
        "emails": some(draw, ["anna.h@example.org", "ana.h@example.org", "info@nordic.example", "peter@example.org"]),
        "accounts": some(draw, [f"DK500040044011624{n}" for n in range(4)], 1),
        "identifiers": some(draw, ["id|19710304|DK", "id|19710305|DK", "tax|88|DK", "tax|89|NO"]),
        "records": some(draw, [f"{source}/r/{n}" for n in range(9)]),
        "numbered": draw.choice([True, False, None]),
    }


def somebody(draw: random.Random, n: int) -> dict[str, Any]:
    source = draw.choice(["bank", "cars", "firms"])
    name = draw.choice(["{g} {f}", "{f} {g}", "{g} {h} {f}", "{f}", "{g}"]).format(
        g=draw.choice(GIVEN), h=draw.choice(GIVEN), f=draw.choice(FAMILY)
    )
    born = draw.choice([None, "1971", "1971-03", "1971-03-04", "1971-04-03", "1971-03-05", "1972-03-04", "1970-12-31", "1971-30-02"])
    return person(f"{source}/{n}", draw.choice([name, None]), born, vehicles=some(draw, ["AB1|DK", "AB2|DK"], 1), **told(draw, source))


def an_organisation(draw: random.Random, n: int) -> dict[str, Any]:
    source = draw.choice(["bank", "firms"])
    names = ["Nordic Trade Ltd", "Nordic Trad Limited", "Trade Nordic", "Nordic", "Hévom Marin VB", "Hevom Marine", "Oy Ab"]
    return {"id": f"{source}/{n}", "source": source, "names": some(draw, names), **told(draw, source)}


@pytest.mark.parametrize("kind", ["people", "organisations"])
def test_no_pair_weighs_more_than_its_bound(kind: str) -> None:
    draw, model = random.Random(7), built_in(kind)
    given = (
        conform(people(*(somebody(draw, n) for n in range(250))), PEOPLE)
        if kind == "people"
        else conform(organisations(*(an_organisation(draw, n) for n in range(300))), ORGANISATIONS)
    )
    with opened(kind, given, REFERENCE) as bench:
        pairs = all_pairs(bench)
        scored = bench.score(model, pairs)
        bound = bench.bounded(Bound(bench.features, model, REFERENCE), pairs)
    assert len(scored.total) == pairs.num_rows == len(bound) > 20_000
    assert (bound >= scored.total).all(), (bound - scored.total).min()
    # It tells pairs apart, and is not just high.
    assert np.mean(bound < model.possible_bits) > 0.3


def all_pairs(bench: Bench) -> pa.Table:
    pairs = [(a, b) for a, b in combinations(range(len(bench.entity)), 2) if bench.entity[a] != bench.entity[b]]
    left, right = (pa.array(side, pa.int64()) for side in zip(*pairs, strict=True))
    return pa.table({"match_key": ["0"] * len(pairs), "join_key_l": left, "join_key_r": right})


def test_a_condition_of_which_nothing_looser_is_known_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Nothing looser is known for this.*LIKENESS"):
        Looser("likeness(family_l, family_r) > 0.5", set())
