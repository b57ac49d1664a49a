"""How common a name is, and among how many: a versioned table that is published with a deployment.

The rows being resolved never change it: otherwise how many bearers of a name there are in a source that a reader may not see would
show in the score of what he does see. A table is built once, from a register or statistics that may be published, and names rarer than
`at_least` bearers are left out, so that it tells of nobody. Imports errors and names only.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from graphsvc.errors import InputError
from graphsvc.resolution.names import parse_organisation, parse_person
from graphsvc.resolution.tables import ORGANISATIONS, PEOPLE, conform

_FORMAT = 1


@dataclass(frozen=True)
class Reference:
    """Shares of those who bear a name, by its compared spelling (`names.parse_person`); `unlisted` stands for all other names."""

    title: str
    version: str
    population: int
    """How many people there are among whom two rows could speak of the same one: a country's, not a file's."""
    organisations: int
    given: Mapping[str, float] = field(default_factory=dict)
    family: Mapping[str, float] = field(default_factory=dict)
    core: Mapping[str, float] = field(default_factory=dict)
    """Of organisations' names, without the legal form."""
    unlisted: Mapping[str, float] = field(default_factory=dict)

    def share(self, kind: str, name: str) -> float:
        """The share of those who bear the name as their `given`, `family` or `core` name."""
        listed: Mapping[str, float] = getattr(self, kind)
        return listed.get(name, self.unlisted[kind])

    @property
    def sha256(self) -> str:
        """Of the content: two tables with an equal one give equal decisions."""
        return sha256(_canonical(self).encode()).hexdigest()

    def save(self, path: Path) -> None:
        path.write_text(
            json.dumps({"format": _FORMAT, "sha256": self.sha256, **asdict(self)}, ensure_ascii=False, indent=1) + "\n", "utf-8"
        )


NO_REFERENCE = Reference(
    title="none: every name is taken for a fairly common one",
    version="0",
    population=10_000_000,  # a country of middle size: without a table nobody is taken for someone else because few are known
    organisations=1_000_000,
    # About the share of the 50th most common name in the published statistics of a Nordic country: common enough to prove little.
    unlisted={"given": 1 / 250, "family": 1 / 300, "core": 1 / 50_000},
)


def load_reference(path: Path) -> Reference:
    """Raises InputError for a file that is no reference table or was changed after it was made."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told.pop("format") != _FORMAT:
            raise InputError(f"{path} is a reference table of another format.", hint=f"This version reads format {_FORMAT}.")
        stated = told.pop("sha256")
        reference = Reference(**told)
        reference.share("given", ""), reference.share("family", ""), reference.share("core", "")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} is no reference table: {error}") from error
    if reference.sha256 != stated:
        raise InputError(f"{path} was changed after it was made: its SHA-256 is not the one that it states.", hint="Build it again.")
    return reference


def build_reference(
    *,
    title: str,
    version: str,
    people: pa.Table | None = None,
    organisations: pa.Table | None = None,
    population: int | None = None,
    organisations_in_all: int | None = None,
    at_least: int = 5,
) -> Reference:
    """A table from rows that may be published as statistics: shares of names borne by `at_least` rows or more.

    `population` is how many people there are in all, by default as many as rows.
    """
    given: Counter[str] = Counter()
    family: Counter[str] = Counter()
    core: Counter[str] = Counter()
    if people is not None:
        for names, first, last in _columns(conform(people, PEOPLE), "names", "first", "last"):
            parsed = parse_person(names[0], first, last) if names else None
            if parsed is not None:
                given.update([parsed.given] if parsed.given else [])
                family.update([parsed.family] if parsed.family else [])
    if organisations is not None:
        for (names,) in _columns(conform(organisations, ORGANISATIONS), "names"):
            told = parse_organisation(names[0]) if names else None
            core.update([told.core] if told is not None else [])
    counts = {"given": given, "family": family, "core": core}
    unlisted = {kind: at_least / max(c.total(), 50 * at_least) if c else NO_REFERENCE.unlisted[kind] for kind, c in counts.items()}
    unlisted = {kind: _rounded(share) for kind, share in unlisted.items()}
    return Reference(
        title=title,
        version=version,
        population=population or (people.num_rows if people is not None else NO_REFERENCE.population),
        organisations=organisations_in_all or (organisations.num_rows if organisations is not None else NO_REFERENCE.organisations),
        given=_shares(given, at_least),
        family=_shares(family, at_least),
        core=_shares(core, at_least),
        unlisted=unlisted,
    )


def reference_of_counts(
    *,
    title: str,
    version: str,
    population: int,
    given: Mapping[str, int],
    family: Mapping[str, int],
    organisations: int | None = None,
    core: Mapping[str, int] | None = None,
    at_least: int = 5,
) -> Reference:
    """A table from published statistics: of each name, written anyhow, how many bear it.

    Raises InputError for a population that is smaller than those who bear a listed name.
    """
    counts: dict[str, Counter[str]] = {"given": Counter(), "family": Counter(), "core": Counter()}
    for name, number in given.items():
        parsed = parse_person(name, name, "")
        counts["given"].update({parsed.given: number} if parsed is not None and parsed.given else {})
    for name, number in family.items():
        parsed = parse_person(name, "", name)
        counts["family"].update({parsed.family: number} if parsed is not None and parsed.family else {})
    for name, number in (core or {}).items():
        told = parse_organisation(name)
        counts["core"].update({told.core: number} if told is not None else {})
    everybody = {"given": population, "family": population, "core": organisations or NO_REFERENCE.organisations}
    for kind, count in counts.items():
        if count.total() > everybody[kind]:
            raise InputError(
                f"{count.total():,} bear the listed {kind} names, and there are to be {everybody[kind]:,} in all.",
                hint="Give as population how many people the statistics are about.",
            )
    return Reference(
        title=title,
        version=version,
        population=population,
        organisations=organisations or NO_REFERENCE.organisations,
        unlisted={
            kind: _rounded(at_least / max(everybody[kind], 50 * at_least)) if count else NO_REFERENCE.unlisted[kind]
            for kind, count in counts.items()
        },
        **{
            kind: {name: _rounded(n / everybody[kind]) for name, n in sorted(count.items()) if n >= at_least}
            for kind, count in counts.items()
        },
    )


def _columns(table: pa.Table, *names: str) -> Iterable[tuple[Any, ...]]:
    for batch in table.select(names).to_batches(50_000):
        yield from zip(*(batch[name].to_pylist() for name in names), strict=True)


def _shares(counts: Counter[str], at_least: int) -> dict[str, float]:
    total = counts.total()
    return {name: _rounded(count / total) for name, count in sorted(counts.items()) if count >= at_least}


def _rounded(share: float) -> float:
    """Two digits tell how common a name is; more would tell how many rows there were."""
    return float(f"{share:.2g}")


def _canonical(reference: Reference) -> str:
    return json.dumps(asdict(reference), sort_keys=True, ensure_ascii=False)
