"""Things that name themselves: a phone is its number, a vehicle its plate, an address its street, number and place.

Two entities of one such thing are the same because what identifies it is equal, not by weight of evidence; addresses also where they are
spelt otherwise, vehicles also by the number of the chassis, which contradicts where one plate was given to two. Only addresses can be
possibly the same for a slip: in the street, or in the postcode. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import pyarrow as pa
from rapidfuzz.distance import DamerauLevenshtein

from graphsvc.errors import InputError
from graphsvc.resolution.addresses import AddressKeys, address_keys
from graphsvc.resolution.clusters import Clusters, Contradiction, Facts

MODEL = "things-1"
THINGS = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        ("type", pa.string()),
        ("told", pa.string()),  # as people read it
        ("key", pa.string()),  # equal for equal things of one type; null: not complete
        *((name, pa.string()) for name in ("street", "house", "postcode", "city", "country", "vin")),
        ("records", pa.list_(pa.string())),
    ]
)
# Entities that are one and the same thing: a source has each thing once in a compartment, so that there are some for each source.
_MOST_OF_ONE = 200

Rule = Literal["same_identifier", "same_vin", "same_address", "street_slip", "other_postcode"]
_SAYS: dict[Rule, str] = {
    "same_identifier": "the same {type}, by what identifies it",
    "same_vin": "the same chassis number",
    "same_address": "the same house: street, number and place are equal but for their spelling",
    "street_slip": "the same number and place, and streets that differ in one letter",
    "other_postcode": "the same street, number and town, with two postcodes",
}


@dataclass(frozen=True)
class Likeness:
    """Two things, `a` < `b` by id: the same, or possibly so, by which rule, and how each is told."""

    a: str
    b: str
    verdict: Literal["same", "possible"]
    rule: Rule
    type: str
    told_a: str
    told_b: str
    contradicted: bool = False
    """Held back because somebody decided that two of the cluster are two, or one plate was borne by two vehicles."""


def sentences(evidence: Mapping[str, Any], labels: Mapping[str, str]) -> list[str]:
    """What a likeness rests on, for people. `labels`: how a type is called."""
    rule: Rule = evidence["rule"]
    said = _SAYS[rule].format(type=labels.get(evidence["type"], evidence["type"]))
    told = evidence["a"] if evidence["a"] == evidence["b"] else f"{evidence['a']} / {evidence['b']}"
    return [f"{said}: {told}", *(["held back by a contradiction"] if evidence["contradicted"] else [])]


def resolve_things(
    table: pa.Table, *, only: Collection[str] | None = None, standing: Iterable[tuple[str, str]] = (), apart: Iterable[tuple[str, str]] = ()
) -> tuple[list[Likeness], tuple[Contradiction, ...]]:
    """Which rows of `table` (schema THINGS) are the same thing, sorted by their ids, and what kept some apart.

    `only`, `standing` and `apart` as in `resolve_people`. Raises InputError where one thing is told by too many entities.
    """
    rows = table.drop_columns(["records"]).sort_by("id").to_pydict()
    ids: list[str] = rows["id"]
    number = {id: n for n, id in enumerate(ids)}
    touched = None if only is None else {number[id] for id in only if id in number}
    decided = {_ordered(number[a], number[b]) for a, b in standing if a in number and b in number}
    kept_apart = {_ordered(number[a], number[b]) for a, b in apart if a in number and b in number}
    keys = [_address(rows, n) if rows["type"][n] == "Address" else None for n in range(len(ids))]
    clusters = Clusters(ids, lambda n: _facts(n, rows["vin"][n]), sorted(kept_apart))
    for a, b in sorted(decided):
        clusters.join(a, b, force=True)
    found: list[Likeness] = []
    contradictions: list[Contradiction] = []

    def like(pair: tuple[int, int], verdict: Literal["same", "possible"], rule: Rule, *, held: bool = False) -> None:
        if touched is None or touched & {*pair}:
            a, b = pair
            found.append(Likeness(ids[a], ids[b], verdict, rule, rows["type"][a], rows["told"][a] or "", rows["told"][b] or "", held))

    told: set[tuple[int, int]] = set()
    for pair, rule in _same(rows, keys):
        if pair in decided or pair in kept_apart or pair in told:
            continue
        told.add(pair)
        contradiction = clusters.join(*pair)
        if contradiction is not None:
            contradictions.append(contradiction)
        like(pair, "same" if contradiction is None else "possible", rule, held=contradiction is not None)
    for pair, rule in _near(keys):
        if pair not in decided and pair not in kept_apart:
            like(pair, "possible", rule)
    return sorted(found, key=lambda one: (one.a, one.b)), tuple(contradictions)


def _facts(entity: int, vin: str | None) -> Facts:
    return Facts(identifiers={"vin": {vin: entity}}) if vin else Facts()


def _address(rows: Mapping[str, list[Any]], n: int) -> AddressKeys | None:
    return address_keys(None, *(rows[name][n] for name in ("street", "house", "postcode", "city", "country")))


def _same(rows: Mapping[str, list[Any]], keys: list[AddressKeys | None]) -> Iterator[tuple[tuple[int, int], Rule]]:
    """Pairs that are the same, in the order of what identifies them."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for n, type in enumerate(rows["type"]):
        key = keys[n]
        if key is not None and key.house and not key.unnumbered:
            # Equal postcodes of two countries are two places.
            groups[f"{type} house", key.house].append(n)
        elif rows["key"][n] is not None:
            groups[type, rows["key"][n]].append(n)
        if rows["vin"][n]:
            groups[f"{type} vin", rows["vin"][n]].append(n)
    for (kind, _), members in sorted(groups.items()):
        _refuse_too_many(members, rows)
        for a, b in combinations(members, 2):
            if kind.endswith(" vin"):
                yield (a, b), "same_vin"
            elif not kind.endswith(" house"):
                yield (a, b), "same_identifier"
            elif not _other_country(rows, a, b):
                yield (a, b), "same_identifier" if rows["key"][a] == rows["key"][b] is not None else "same_address"


def _near(keys: list[AddressKeys | None]) -> Iterator[tuple[tuple[int, int], Rule]]:
    """Pairs of addresses that are one but for a slip, each once."""
    groups: dict[str, list[int]] = defaultdict(list)
    for n, key in enumerate(keys):
        if key is not None and not key.unnumbered:
            for near in key.near:
                groups[near].append(n)
    seen: set[tuple[int, int]] = set()
    for _, members in sorted(groups.items()):
        if len(members) > _MOST_OF_ONE:
            continue  # a street name that begins as so many others do is no slip
        for pair in combinations(members, 2):
            one, other = keys[pair[0]], keys[pair[1]]
            assert one is not None and other is not None
            if pair in seen or one.house == other.house:
                continue
            if rule := _slip(one, other):
                seen.add(pair)
                yield pair, rule


def _slip(a: AddressKeys, b: AddressKeys) -> Rule | None:
    road_a, road_b = (key.streets[0].partition("|")[0] for key in (a, b))
    if a.door == b.door:
        return "street_slip" if DamerauLevenshtein.distance(road_a, road_b, score_cutoff=1) <= 1 else None
    return "other_postcode" if road_a == road_b and a.town == b.town else None


def _other_country(rows: Mapping[str, list[Any]], a: int, b: int) -> bool:
    one, other = rows["country"][a], rows["country"][b]
    return bool(one and other and one.upper() != other.upper())


def _refuse_too_many(members: list[int], rows: Mapping[str, list[Any]]) -> None:
    if len(members) <= _MOST_OF_ONE:
        return
    first = members[0]
    raise InputError(
        f"{len(members):,} entities of the type {rows['type'][first]} are all {rows['told'][first]!r}, and {_MOST_OF_ONE} are the most: "
        f"they would be {len(members) * (len(members) - 1) // 2:,} pairs.",
        hint="Key the entity by what identifies it in the loader spec, so that a source has it once; a value that stands for "
        "'unknown' belongs into null_words. Then load the source again.",
        entities=len(members),
        limit=_MOST_OF_ONE,
    )


def _ordered(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)
