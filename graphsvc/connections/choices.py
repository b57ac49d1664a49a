"""Names that a question may use (entity types, link types, sources), checked against what exists in view.

May import the graph's ontology and view. Suggestions come from the ontology and the view alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process

from graphsvc.errors import InputError
from graphsvc.graph.ontology import Ontology
from graphsvc.graph.view import View


def entity_types(ontology: Ontology, name: str | None) -> list[str] | None:
    """The entity type named (in any case) and those that narrow it; None for None. Raises InputError for an unknown one."""
    return None if name is None else list(ontology.below(_one(name, ontology.entities, "type of entity")))


def link_types(ontology: Ontology, names: Sequence[str] | None) -> list[str] | None:
    """Link types in any case, `-` for `_`; sorted, each once; None for None or none. Raises InputError for an unknown one."""
    return sorted({_one(name.replace("-", "_"), ontology.links, "type of link") for name in names}) if names else None


def sources(view: View, names: Sequence[str] | None) -> list[str] | None:
    """Sources in view; sorted, each once; None for None or none. Raises InputError for one that is not in view."""
    return sorted({_one(name, view.sources, "source") for name in names}) if names else None


def _one(name: str, known: Iterable[str], what: str) -> str:
    by_case = {candidate.casefold(): candidate for candidate in known}
    if found := by_case.get(name.strip().casefold()):
        return found
    close = process.extract(name.casefold(), sorted(by_case), scorer=fuzz.ratio, limit=3, score_cutoff=50)
    hint = (
        f"Did you mean {', '.join(by_case[c] for c, _, _ in close)}?"
        if close
        else f"There are: {', '.join(sorted(by_case.values())) or 'none'}."
    )
    raise InputError(f"{name!r} is no {what} here.", hint=hint)
