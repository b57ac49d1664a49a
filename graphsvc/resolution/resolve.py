"""Who is who: tables of entities in, decisions out. Pure: no database, no clock, no file but the model and the tables of words.

    resolve_people(table) -> Resolution

Whether a pair is a candidate, its score and its evidence follow from its two rows, the model and the reference table alone. Only
whether a pair stands follows from the others too: a cluster does not grow past a contradiction. The order of the rows changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from graphsvc.errors import InputError
from graphsvc.resolution.clusters import Clusters, Contradiction
from graphsvc.resolution.compare import Bench, Ints, Scored, opened
from graphsvc.resolution.corroboration import corroborating, decisive
from graphsvc.resolution.decisions import Decision, Decisions, Found, Resolution
from graphsvc.resolution.engines import DUCKDB, Engine
from graphsvc.resolution.features import EQUAL, FEATURES
from graphsvc.resolution.grow import all_facts, grow
from graphsvc.resolution.model import Model, built_in
from graphsvc.resolution.reference import NO_REFERENCE, Reference
from graphsvc.resolution.tables import ORGANISATIONS, PEOPLE, conform

IdPairs = Iterable[tuple[str, str]]
Strong = tuple[str, str, float, bool]
_SHARED_NAME = {"people": (("family_name", "family"), ("given_name", "given")), "organisations": (("name", "core"),)}


def resolve_people(
    table: pa.Table,
    model: Model | None = None,
    reference: Reference | None = None,
    *,
    only: Collection[str] | None = None,
    standing: IdPairs = (),
    apart: IdPairs = (),
    earlier: Iterable[Strong] = (),
    engine: Engine = DUCKDB,
) -> Resolution:
    """Decide which rows of `table` (schema `tables.PEOPLE`) are the same person.

    `only`: compare only pairs in which one of these ids is. `standing`: pairs that are the same already (by a person, or by an earlier
    run): clusters begin with them, and they are not decided again. `apart`: pairs that somebody decided to be two, and which no cluster
    may join. `earlier`: with `only`, pairs of others that were the same by an earlier run, or would have been but for a contradiction, with
    their bits and whether an identifier decided: clusters grow with them as if they had been compared again. `engine`: what finds and
    weighs the pairs. Raises InputError for a table, a model or an id that does not fit, and when there would be too many pairs to compare.
    """
    return _resolve("people", table, model, reference, only, standing, apart, earlier, engine)


def resolve_organisations(
    table: pa.Table,
    model: Model | None = None,
    reference: Reference | None = None,
    *,
    only: Collection[str] | None = None,
    standing: IdPairs = (),
    apart: IdPairs = (),
    earlier: Iterable[Strong] = (),
    engine: Engine = DUCKDB,
) -> Resolution:
    """The same for organisations (schema `tables.ORGANISATIONS`)."""
    return _resolve("organisations", table, model, reference, only, standing, apart, earlier, engine)


def _resolve(
    kind: str,
    given: pa.Table,
    model: Model | None,
    reference: Reference | None,
    only: Collection[str] | None,
    standing: IdPairs,
    apart: IdPairs,
    earlier: Iterable[Strong],
    engine: Engine,
) -> Resolution:
    model, reference = model or built_in(kind), reference or NO_REFERENCE
    if model.kind != kind:
        raise InputError(f"The model {model.name} is for {model.kind}, not for {kind}.")
    table = conform(given, PEOPLE if kind == "people" else ORGANISATIONS)
    ids: list[str] = table["id"].to_pylist()
    number = {id: n for n, id in enumerate(ids)}
    decided_same, decided_apart = _numbered(standing, number), _numbered(apart, number)
    with engine.opened(kind, table, reference) as bench:
        touched = None if only is None else pa.array(sorted(number[id] for id in only if id in number), pa.int64())
        scored = bench.score_candidates(model, touched)
        found, names = _best(bench, scored, decided_same + decided_apart)
    corroborated = corroborating(kind, found.levels, found.bits)
    decides = decisive(kind, found.levels)
    strong = _strong(found.total, model.same_bits, corroborated, decides)
    known = [(number[a], number[b], bits, firm) for a, b, bits, firm in earlier if a in number and b in number]
    a = np.concatenate([found.n_l, np.array([a for a, *_ in known], np.int64)])
    b = np.concatenate([found.n_r, np.array([b for _, b, *_ in known], np.int64)])
    bits = np.concatenate([found.total, np.array([bits for _, _, bits, _ in known], np.float64)])
    n, all_strong = len(strong), np.concatenate([strong, np.ones(len(known), bool)])
    all_decisive = np.concatenate([decides, np.array([firm for *_, firm in known], bool)])
    same, held, contradictions = grow(table, model, a, b, bits, all_strong, all_decisive, decided_same, decided_apart)
    decided = Found(found.n_l, found.n_r, found.total, same[:n], held[:n], found.levels, found.bits, corroborated, decides, names)
    held_earlier = frozenset((ids[x], ids[y]) for (x, y, *_), back in zip(known, held[n:].tolist(), strict=True) if back)
    return Resolution(Decisions(decided, table, FEATURES[kind], model, model.prior_bits(reference)), contradictions, held_earlier)


@dataclass(frozen=True)
class Weighed:
    """Two entities compared with each other alone, whatever a run would compare.

    `met`: whether a run compares them at all, since they share a key. `corroborated`: whether something besides the name agrees.
    """

    decision: Decision
    contradiction: Contradiction | None
    met: bool
    corroborated: bool


def weigh(kind: str, given: pa.Table, model: Model | None = None, reference: Reference | None = None) -> Weighed:
    """Compare the two rows of `given`. Its decision says `possible` also where a run would list nothing."""
    model, reference = model or built_in(kind), reference or NO_REFERENCE
    table = conform(given, PEOPLE if kind == "people" else ORGANISATIONS)
    with opened(kind, table, reference) as bench:
        met = bench.candidates().num_rows > 0
        decisions, contradictions = _each(bench, table, [(0, 1)], model)
    return Weighed(decisions[0], contradictions.get(0), met, bool(decisions.found.corroborated.any()))


def weigh_pairs(kind: str, given: pa.Table, pairs: IdPairs, model: Model | None = None, reference: Reference | None = None) -> Decisions:
    """The same for these pairs of rows, each compared as if there were no others; sorted by their ids."""
    model, reference = model or built_in(kind), reference or NO_REFERENCE
    table = conform(given, PEOPLE if kind == "people" else ORGANISATIONS)
    number = {id: n for n, id in enumerate(table["id"].to_pylist())}
    with opened(kind, table, reference) as bench:
        return _each(bench, table, _numbered(pairs, number), model)[0]


def _each(bench: Bench, table: pa.Table, pairs: list[tuple[int, int]], model: Model) -> tuple[Decisions, dict[int, Contradiction]]:
    """Decisions on pairs of entities, each by itself, with what in a pair contradicts, by its place."""
    of = {entity: np.flatnonzero(bench.entity == entity).tolist() for pair in pairs for entity in pair}
    rows = sorted((row, other) for a, b in pairs for row, other in product(of[a], of[b]))
    asked = pa.table(
        {"match_key": ["0"] * len(rows), "join_key_l": pa.array([a for a, _ in rows], pa.int64()),
         "join_key_r": pa.array([b for _, b in rows], pa.int64())}
    )  # fmt: skip
    found, names = _best(bench, bench.score(model, asked), [])
    corroborated, decides = corroborating(bench.kind, found.levels, found.bits), decisive(bench.kind, found.levels)
    strong = _strong(found.total, model.same_bits, corroborated, decides)
    ids, told = table["id"].to_pylist(), all_facts(table, np.unique(np.concatenate([found.n_l, found.n_r])))
    contradictions: dict[int, Contradiction] = {}
    for place, (a, b) in enumerate(zip(found.n_l.tolist(), found.n_r.tolist(), strict=True)):
        if (against := Clusters(ids, told.__getitem__, (), model.contradicting()).join(a, b)) is not None:
            contradictions[place] = against
    held = strong & np.isin(np.arange(len(strong)), list(contradictions))
    decided = Found(found.n_l, found.n_r, found.total, strong & ~held, held, found.levels, found.bits, corroborated, decides, names)
    prior = model.prior_bits(bench.reference)
    return Decisions(decided, table, FEATURES[bench.kind], model, prior), contradictions


def at_threshold(resolution: Resolution, same_bits: float) -> Resolution:
    """What the same scores would decide with another threshold for `same`; nothing is compared again."""
    decisions = resolution.decisions
    found = decisions.found
    strong = _strong(found.bits, same_bits, found.corroborated, found.decisive)
    same, held, contradictions = grow(decisions.table, decisions.model, found.a, found.b, found.bits, strong, found.decisive, [], [])
    return Resolution(decisions.with_found(replace(found, same=same, contradicted=held)), contradictions)


def _numbered(pairs: IdPairs, number: dict[str, int]) -> list[tuple[int, int]]:
    """Pairs of ids as numbers, smaller first; a pair of which one is not in the table has no bearing on it."""
    known = ((number[a], number[b]) for a, b in pairs if a in number and b in number)
    return sorted({(min(a, b), max(a, b)) for a, b in known})


def _best(bench: Bench, scored: Scored, decided: list[tuple[int, int]]) -> tuple[Scored, npt.NDArray[np.float64]]:
    """Of the rows of two entities (one a name) the pair with the highest score, by entity, with how common the name is.

    Of equal ones the first. Pairs that are decided already are left out.
    """
    left, right = bench.entity[scored.n_l], bench.entity[scored.n_r]
    a, b = np.minimum(left, right), np.maximum(left, right)
    order = np.lexsort((scored.n_r, scored.n_l, -scored.total, b, a))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (a[order][1:] != a[order][:-1]) | (b[order][1:] != b[order][:-1])
    kept = order[first]
    if decided:
        size = len(bench.entity)
        kept = kept[~np.isin(a[kept] * size + b[kept], np.array([x * size + y for x, y in decided], dtype=np.int64))]
    names = _name_shares(bench, scored.n_l[kept], scored.levels[kept])
    return Scored(a[kept], b[kept], scored.total[kept], scored.levels[kept], scored.bits[kept]), names


def _strong(
    bits: npt.NDArray[np.float64], least: float, corroborated: npt.NDArray[np.bool_], decisive: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Pairs that are the same if nothing contradicts."""
    return np.asarray(decisive | ((bits >= least) & corroborated.any(axis=1)))


def _name_shares(bench: Bench, rows: Ints, levels: npt.NDArray[np.int8]) -> npt.NDArray[np.float64]:
    """How common the shared name is: the product of the shares of its parts that agree exactly; NaN where none does."""
    shares = np.full(len(rows), np.nan)
    columns = {feature.name: column for column, feature in enumerate(bench.features)}
    for feature_name, part in _SHARED_NAME[bench.kind]:
        column = columns[feature_name]
        names = [level.name for level in bench.features[column].levels]
        agree = np.isin(levels[:, column], [names.index(n) for n in EQUAL if n in names])
        values = bench.values(part)
        here = np.array([bench.reference.share(part, values[n] or "") for n in rows[agree].tolist()])
        shares[agree] = np.where(np.isnan(shares[agree]), 1.0, shares[agree]) * here
    return shares
