"""Finding entities by what they are called, with what tells namesakes apart; and the one entity that a name stands for.

May import the graph. Candidates come from one full-text index a compartment and are ranked again by a score that depends on
the two texts alone: nothing outside the view can change a result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from graphsvc.connections import choices, names, words
from graphsvc.errors import Ambiguous, InputError, NotFound
from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import Ontology, load_ontology
from graphsvc.graph.view import Inquiry, View

MOST_HITS = 200
_POOL = 200  # candidates a compartment: ten times what is shown, so that the score and not the index decides
_LEAST_SCORE = 0.5  # below it less than half of what was typed is in the name
_WELL = 0.85  # a name with one typing error in two words scores .9 or more, one with another surname less than .8
_NEAR = 0.05  # two entities this close fit the text equally well: the difference is a letter
_HUB_LINKS = 1000  # counted up to here; of an entity with more, two neighbours tell nothing


@dataclass(frozen=True, slots=True)
class Hit:
    """One entity that fits a text. `score` is 0 to 1; `links` counts those in view, exactly unless `links_more`."""

    id: str
    source: str
    source_title: str
    type: str
    type_label: str
    caption: str
    score: float
    stub: bool
    telling: dict[str, str]
    linked: list[dict[str, str]]
    links: int
    links_more: bool

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def find(graph: Graph, view: View, inquiry: Inquiry, text: str, *, type: str | None = None, limit: int = 20) -> list[Hit]:
    """The entities in view that fit `text` best, best first, ties by id; at most `limit`.

    Typing errors, accents, the order of words and the grouping of numbers don't matter; an entity's id finds it.
    Raises InputError for a text without letters and digits, an unknown type, or a limit outside 1 to 200.
    """
    if not 1 <= limit <= MOST_HITS:
        raise InputError(f"The limit is {limit}; it can be 1 to {MOST_HITS}.")
    ontology = load_ontology()
    types = choices.entity_types(ontology, type)
    lucene = names.lucene(text)
    online = sorted(row["name"] for row in graph.stream("read/fulltext_indexes"))
    found = graph.ask(view, inquiry, "read/find", online=online, query=lucene, types=types, pool=_POOL)
    exact = graph.ask(view, inquiry, "read/entity", ids=[text.strip()])
    entities = {row["entity"]["id"]: (_score(ontology, text, row["entity"]), row["entity"]) for row in found}
    entities.update({row["entity"]["id"]: (1.0, row["entity"]) for row in exact if types is None or row["entity"]["type"] in types})
    ranked = sorted((-score, id) for id, (score, _) in entities.items() if score >= _LEAST_SCORE)[:limit]
    return describe(graph, view, inquiry, [(entities[id][1], -score) for score, id in ranked])


def resolve(graph: Graph, view: View, inquiry: Inquiry, text_or_id: str) -> str:
    """The id of the one entity that a text stands for: an id in view, or a name that fits exactly one entity well.

    Raises Ambiguous with the candidates when several fit about equally well, or bear the same name; NotFound with what
    comes near when none does. Nothing is guessed.
    """
    if not text_or_id.strip():
        raise InputError("An entity is missing: the text is empty.", hint="Give a name or an id.")
    if known := graph.ask(view, inquiry, "read/entity", ids=[text_or_id.strip()]):
        return str(known[0]["entity"]["id"])
    hits = find(graph, view, inquiry, text_or_id)
    if not hits or hits[0].score < _WELL:
        near = "; ".join(f"{hit.caption} ({hit.id})" for hit in hits[:3])
        raise NotFound(
            f"Nothing in view is called {text_or_id!r}.",
            hint=f"Near it: {near}." if near else "`graphsvc find` looks for parts of names and for numbers.",
            candidates=[hit.as_dict() for hit in hits[:3]],
        )
    best = hits[0]
    same = [h for h in hits if h.score >= best.score - _NEAR or names.fold(h.caption) == names.fold(best.caption)]
    if len(same) > 1:
        raise Ambiguous(
            f"{text_or_id!r} fits {len(same)}{' or more' if len(same) == len(hits) == 20 else ''} entities.",
            candidates=[hit.as_dict() for hit in same],
            hint="Give the id of the one that you mean.",
        )
    return best.id


def resolve_all(graph: Graph, view: View, inquiry: Inquiry, texts: Sequence[str]) -> list[str]:
    """What `resolve` gives for each of several texts; those that are ids are looked up together."""
    rows = graph.ask(view, inquiry, "read/entity", ids=sorted({text.strip() for text in texts if text.strip()}))
    known = {row["entity"]["id"] for row in rows}
    return [text.strip() if text.strip() in known else resolve(graph, view, inquiry, text) for text in texts]


def describe(graph: Graph, view: View, inquiry: Inquiry, scored: list[tuple[dict[str, Any], float]]) -> list[Hit]:
    """Hits for entities (their stored properties and score), in the order given."""
    if not scored:
        return []
    ontology = load_ontology()
    titles, _ = source_titles(graph, view, inquiry)
    attributes = [name for name, body in ontology.entities.items() if body.attribute]
    bodies = sorted({*ontology.below("Organization"), *ontology.below("Investigation")})
    near = {
        row["id"]: row
        for row in graph.ask(
            view,
            inquiry,
            "read/neighbours",
            ids=[entity["id"] for entity, _ in scored],
            attributes=attributes,
            bodies=bodies,
            most=_HUB_LINKS,
        )
    }
    return [_hit(ontology, titles, entity, score, near.get(entity["id"], {})) for entity, score in scored]


def source_titles(graph: Graph, view: View, inquiry: Inquiry) -> tuple[dict[str, str], int]:
    """Titles of the sources in view by id, and how many batches have changed them: it grows with every commit that could show."""
    row = graph.ask(view, inquiry, "read/titles")[0]
    return {source["id"]: source["title"] for source in row["titles"]}, int(row["seq"])


def _score(ontology: Ontology, text: str, entity: dict[str, Any]) -> float:
    declared = ontology.entities.get(entity["type"])
    values = [entity.get("caption"), *(entity.get(name) for name in (declared.search if declared else []))]
    flat = [str(v) for value in values if value is not None for v in (value if isinstance(value, list) else [value])]
    return names.score(text, flat)


def _hit(ontology: Ontology, titles: dict[str, str], entity: dict[str, Any], score: float, near: dict[str, Any]) -> Hit:
    declared = ontology.entities.get(entity["type"])
    told = words.properties(declared.properties if declared else {}, entity)
    links = int(near.get("links", 0))
    linked = [
        {
            "id": other["id"],
            "type": other["type"],
            "caption": other["caption"],
            "link": ontology.links[other["link"]].label if other["link"] in ontology.links else other["link"],
        }
        for other in [*near.get("attributes", []), *near.get("bodies", [])]
    ]
    return Hit(
        id=entity["id"],
        source=entity["source"],
        source_title=titles.get(entity["source"], entity["source"]),
        type=entity["type"],
        type_label=declared.label if declared else entity["type"],
        caption=entity.get("caption") or entity["id"],
        score=score,
        stub=bool(entity.get("stub")),
        telling={name: told[name] for name in (declared.telling if declared else []) if name in told},
        linked=linked,
        links=min(links, _HUB_LINKS),
        links_more=links > _HUB_LINKS,
    )
