"""Who is who: tables of entities in, decisions out. Pure: no database, no clock, no file but the model and the tables of words.

    resolve_people(table) -> Resolution

Whether a pair is a candidate, its score and its evidence follow from its two rows, the model and the reference table alone. Only
whether a pair stands follows from the others too: a cluster does not grow past a contradiction. The order of the rows changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from graphsvc.errors import InputError
from graphsvc.resolution.clusters import Clusters, Contradiction, Facts, facts
from graphsvc.resolution.compare import Bench, Ints, Scored, opened
from graphsvc.resolution.corroboration import corroborating, decisive
from graphsvc.resolution.decisions import Decisions, Found, Resolution
from graphsvc.resolution.features import FEATURES
from graphsvc.resolution.model import Model, built_in
from graphsvc.resolution.reference import NO_REFERENCE, Reference
from graphsvc.resolution.tables import ORGANISATIONS, PEOPLE, conform

_ROWS = 20_000  # made into Python objects at once
IdPairs = Iterable[tuple[str, str]]
_SHARED_NAME = {"people": (("family_name", "family"), ("given_name", "given")), "organisations": (("name", "core"),)}


def resolve_people(
    table: pa.Table,
    model: Model | None = None,
    reference: Reference | None = None,
    *,
    only: Collection[str] | None = None,
    standing: IdPairs = (),
    apart: IdPairs = (),
) -> Resolution:
    """Decide which rows of `table` (schema `tables.PEOPLE`) are the same person.

    `only`: compare only pairs in which one of these ids is. `standing`: pairs that are the same already (by a person, or by an earlier
    run): clusters begin with them, and they are not decided again. `apart`: pairs that somebody decided to be two, and which no cluster
    may join. Raises InputError for a table, a model or an id that does not fit, and when there would be too many pairs to compare.
    """
    return _resolve("people", table, model, reference, only, standing, apart)


def resolve_organisations(
    table: pa.Table,
    model: Model | None = None,
    reference: Reference | None = None,
    *,
    only: Collection[str] | None = None,
    standing: IdPairs = (),
    apart: IdPairs = (),
) -> Resolution:
    """The same for organisations (schema `tables.ORGANISATIONS`)."""
    return _resolve("organisations", table, model, reference, only, standing, apart)


def _resolve(
    kind: str,
    given: pa.Table,
    model: Model | None,
    reference: Reference | None,
    only: Collection[str] | None,
    standing: IdPairs,
    apart: IdPairs,
) -> Resolution:
    model, reference = model or built_in(kind), reference or NO_REFERENCE
    if model.kind != kind:
        raise InputError(f"The model {model.name} is for {model.kind}, not for {kind}.")
    table = conform(given, PEOPLE if kind == "people" else ORGANISATIONS)
    ids: list[str] = table["id"].to_pylist()
    number = {id: n for n, id in enumerate(ids)}
    decided_same, decided_apart = _numbered(standing, number), _numbered(apart, number)
    with opened(kind, table, reference) as bench:
        touched = None if only is None else pa.array(sorted(number[id] for id in only if id in number), pa.int64())
        scored = bench.score_candidates(model, touched)
        found, names = _best(bench, scored, decided_same + decided_apart)
    corroborated = corroborating(kind, found.levels, found.bits)
    decides = decisive(kind, found.levels)
    strong = _strong(found.total, model.same_bits, corroborated, decides)
    same, held, contradictions = _grow(table, model, found.n_l, found.n_r, found.total, strong, decided_same, decided_apart)
    decided = Found(found.n_l, found.n_r, found.total, same, held, found.levels, found.bits, corroborated, decides, names)
    return Resolution(Decisions(decided, table, FEATURES[kind], model, model.prior_bits(reference)), contradictions)


def at_threshold(resolution: Resolution, same_bits: float) -> Resolution:
    """What the same scores would decide with another threshold for `same`; nothing is compared again."""
    decisions = resolution.decisions
    found = decisions.found
    strong = _strong(found.bits, same_bits, found.corroborated, found.decisive)
    same, held, contradictions = _grow(decisions.table, decisions.model, found.a, found.b, found.bits, strong, [], [])
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
        agree = np.isin(levels[:, column], [names.index(n) for n in ("equal", "equal_tied") if n in names])
        values = bench.values(part)
        here = np.array([bench.reference.share(part, values[n] or "") for n in rows[agree].tolist()])
        shares[agree] = np.where(np.isnan(shares[agree]), 1.0, shares[agree]) * here
    return shares


def _grow(
    table: pa.Table,
    model: Model,
    a: Ints,
    b: Ints,
    bits: npt.NDArray[np.float64],
    strong: npt.NDArray[np.bool_],
    standing: list[tuple[int, int]],
    apart: list[tuple[int, int]],
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_], tuple[Contradiction, ...]]:
    """Take the strong pairs from the strongest on: which stand, which are held back, and by what."""
    chosen = np.flatnonzero(strong)
    wanted = np.unique(np.concatenate([a[chosen], b[chosen], np.array([*standing, *apart], dtype=np.int64).reshape(-1)]))
    columns = [name for name in ("born", "identifiers", "addresses") if name in table.column_names]
    clusters = Clusters(table["id"].to_pylist(), _all_facts(table.select(columns), wanted).__getitem__, apart, model.contradicting())
    for x, y in standing:
        clusters.join(x, y, force=True)
    held = np.zeros(len(bits), dtype=bool)
    contradictions: list[Contradiction] = []
    for i in chosen[np.lexsort((b[chosen], a[chosen], -bits[chosen]))].tolist():
        contradiction = clusters.join(int(a[i]), int(b[i]))
        if contradiction is not None:
            held[i] = True
            contradictions.append(contradiction)
    return strong & ~held, held, tuple(contradictions)


def _all_facts(table: pa.Table, entities: Ints) -> dict[int, Facts]:
    found: dict[int, Facts] = {}
    for start in range(0, len(entities), _ROWS):
        part = entities[start : start + _ROWS]
        rows = table.take(pa.array(part)).to_pylist()
        found.update((entity, facts(entity, row)) for entity, row in zip(part.tolist(), rows, strict=True))
    return found
