"""Lists of OpenRefine and its like: the Reconciliation Service API, version 0.2, over what `match` says.

https://reconciliation-api.github.io/specs/0.2/ has the formats. A candidate is `match: true` only when it
is the same and no other is. May import the desk's types and the parts beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from graphsvc import __version__
from graphsvc.errors import InputError
from graphsvc.graph.ontology import load_ontology
from graphsvc.inquiry.desk import Part, Reading, Result
from graphsvc.resolution.reference import NO_REFERENCE, load_reference
from graphsvc.screening.candidate import VERDICTS
from graphsvc.screening.columns import FIELDS, NEEDED, USED, field_of
from graphsvc.screening.lists import Given, texts
from graphsvc.screening.lookups import LABELS
from graphsvc.screening.match import screen
from graphsvc.screening.questions import MOST_CANDIDATES, part, within
from graphsvc.screening.rows import Manner, rows_of

Told = dict[str, Any]
KIND_OF = {type: kind for kind, type in LABELS.items()}
_LIMIT = 5  # candidates of a query that names no limit
_MOST_QUERIES = 1_000  # of one batch: clients send ten
_MAIN = {"people": "name", "organisations": "name", "addresses": "address"}
_WIDTH, _HEIGHT = 420, 260  # pixels of a preview: a caption and some ten properties


def manifest(url: str) -> Told:
    """What the service at this URL can do."""
    return {
        "versions": ["0.2"],
        "name": "graphsvc",
        "serviceVersion": __version__,
        "identifierSpace": "urn:graphsvc:entity",
        "schemaSpace": "urn:graphsvc:ontology",
        "defaultTypes": types(),
        "view": {"url": f"{url}/preview?id={{{{id}}}}"},
        "preview": {"url": f"{url}/preview?id={{{{id}}}}", "width": _WIDTH, "height": _HEIGHT},
        "suggest": {what: {"service_url": url, "service_path": f"/suggest/{what}"} for what in ("entity", "property", "type")},
    }


def types(prefix: str = "") -> list[Told]:
    """The types that can be asked for, those that begin so."""
    ontology = load_ontology()
    told = [{"id": type, "name": ontology.entities[type].label} for type in KIND_OF]
    return [one for one in told if one["name"].startswith(prefix.lower()) or one["id"].lower().startswith(prefix.lower())]


def properties(prefix: str = "") -> list[Told]:
    """The properties that a query can have, those that begin so, with the types that they are compared for."""
    return [
        {"id": field, "name": name, "description": f"of {', '.join(kind for kind, used in USED.items() if field in used)}"}
        for field in FIELDS
        if (name := field.replace("_", " ")).startswith(prefix.lower())
    ]


class Query:
    """One query of a batch: what is asked for, of which kinds, and how many candidates may be given."""

    def __init__(self, id: str, told: Any) -> None:
        """Raises InputError for a query that is not as the specification has them, and for a type or property that is not known."""
        if not isinstance(told, dict) or not (isinstance(told.get("query"), str) or told.get("properties")):
            raise InputError(f"The query {id[:80]!r} has neither `query` nor `properties`.")
        self.id = id
        self.text: str = told.get("query") or ""
        limit = told.get("limit")
        self.limit = max(1, min(int(limit), MOST_CANDIDATES)) if isinstance(limit, (int, float)) and limit == limit else _LIMIT
        asked = told.get("type") or []
        self.kinds = [_kind(type) for type in ([asked] if isinstance(asked, str) else asked)] or list(LABELS)
        self.values: dict[str, list[str]] = {}
        for one in told.get("properties") or []:
            if not isinstance(one, dict) or not isinstance(one.get("pid"), str):
                raise InputError(f"A property of the query {id[:80]!r} has no `pid`.")
            found = field_of(one["pid"])
            if found is None:
                raise InputError(f"There is no property {one['pid'][:80]!r}.", hint=f"There are: {', '.join(FIELDS)}.")
            self.values.setdefault(found, []).extend(_values(one.get("v")))

    def given(self, kind: str, number: int) -> Given:
        """The query as a row of a list."""
        values = {name: tuple(dict.fromkeys(found)) for name, found in self.values.items() if found and name in USED[kind]}
        if said := texts(self.text):
            values[_MAIN[kind]] = tuple(dict.fromkeys([*said, *values.get(_MAIN[kind], ())]))
        return Given(number, None, values)


def _kind(type: Any) -> str:
    ontology = load_ontology()
    for known, kind in KIND_OF.items():
        if isinstance(type, str) and type in ontology.entities and ontology.is_a(type, known):
            return kind
    raise InputError(f"There is no type {str(type)[:80]!r} to reconcile with.", hint=f"There are: {', '.join(KIND_OF)}.")


def _values(value: Any) -> list[str]:
    """Texts of a property's value; of what was reconciled before, its name."""
    several = value if isinstance(value, list) else [value]
    return [text for one in several for text in texts(one.get("name") or one.get("id") if isinstance(one, dict) else one)]


def batch_of(text: str) -> list[Query]:
    """The queries of a batch as it is sent. Raises InputError for one that is none, or has more than 1,000 queries."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"`queries` is not JSON: {error}.") from error
    if not isinstance(told, dict) or not told:
        raise InputError("`queries` is no batch: it is a JSON object of queries by their ids.")
    if len(told) > _MOST_QUERIES:
        raise InputError(f"The batch has {len(told):,} queries; {_MOST_QUERIES:,} are the most.")
    return [Query(id, query) for id, query in told.items()]


def reconcile_question(
    r: Reading, batch: list[Query], *, digest: Callable[[str], str], names: Path | None, count: Callable[[int, int], None]
) -> Result:
    """The result batch: candidates of each query, by its id. `count` is told how many rows of how many the batch takes, and may refuse."""
    most = within(len(batch), r.policies)
    count(len(batch), most)
    reference = load_reference(names) if names is not None else NO_REFERENCE
    found: dict[int, list[Told]] = {n: [] for n in range(len(batch))}
    for kind in LABELS:
        wanted = [query.given(kind, n) for n, query in enumerate(batch) if kind in query.kinds]
        rows = rows_of(kind, [one for one in wanted if {*NEEDED[kind]} & {*one.values}], Manner())
        for row in screen(r.graph, r.view, r.inquiry, kind, rows, digest=digest, reference=reference, limit=MOST_CANDIDATES):
            found[row["row"]].append(row)
    answers = {query.id: {"result": _result(found[n], query.limit)} for n, query in enumerate(batch)}
    parts = [_part(query, n, found[n], answers[query.id]) for n, query in enumerate(batch)]
    return Result(answers, parts=parts, counts={"queries": len(batch), "candidates": sum(len(one["result"]) for one in answers.values())})


def _part(query: Query, number: int, found: list[Told], answer: Told) -> Part:
    if len(found) == 1:
        return part({**found[0], "candidates": answer["result"]})
    asked = {"query": query.text, **query.values}
    return Part({"row": number, "line": None, "asked": asked}, {"candidates": answer["result"]})


def _result(rows: list[Told], limit: int) -> list[Told]:
    problems = list(dict.fromkeys(f"not used: {problem}" for row in rows for problem in row["problems"]))
    candidates = [one for row in rows for one in row["candidates"]]
    candidates.sort(key=lambda one: (VERDICTS.index(one["verdict"]), -one["score"], one["id"]))
    alone = sum(one["verdict"] == "same" for one in candidates) == 1
    return [_candidate(one, alone, problems) for one in candidates[:limit]]


def _candidate(one: Mapping[str, Any], alone: bool, problems: list[str]) -> Told:
    ontology = load_ontology()
    known = [type for type in KIND_OF if ontology.is_a(one["type"], type)]
    bits = [{"id": c["name"], "value": c["bits"]} for c in one["comparisons"] if c["bits"] is not None]
    return {
        "id": one["id"],
        "name": one["caption"],
        "description": f"{one['source_title']}: {'; '.join([*one['sentences'], *problems])}",
        "type": [{"id": type, "name": ontology.entities[type].label} for type in dict.fromkeys([one["type"], *known])],
        "score": round(100 * one["score"], 4),
        "match": alone and one["verdict"] == "same",
        "features": [*bits, *([{"id": "bits", "value": one["bits"]}] if one["bits"] is not None else [])],
    }
