"""A path answer turned into what its page shows: texts, styles, places; everything that the page's script only lays out.

Kept apart from html.py so that what is shown can be tested without HTML. pyvis holds the drawn network. Entities, hops and
records are numbered: no id or name from a source becomes a key, a class or a selector in the page. Imports graph (content).
"""

from __future__ import annotations

import json
import re
import textwrap
from typing import Any

import graphsvc
from graphsvc.export.layout import CARD_H, CARD_W, Line, arrange, with_others
from graphsvc.graph.content import content

LABEL_COLUMNS = 15  # characters of a link's label on one line: what fits between two cards, and a whole date with "from"
LABEL_LINES = 2
TEXT, NAME = 13, 14  # font sizes of the drawing; a folded one is drawn at 0.85 or larger, which leaves 11 px
CHARACTER, LINE_HEIGHT = 7.1, 16  # of that text, rounded up
LEAST_TEXT = 11  # px on the screen: a folded drawing that would need smaller text gets more height instead
CUTS = {
    "k": "More paths may exist than the number that was asked for.",
    "hops": "Longer paths than the limit were not looked for.",
    "chains": "Only the shortest chains of entities were looked at.",
    "time": "The search was stopped by the clock before it had ended.",
    "memory": "The search was stopped by the memory limit of the database before it had ended.",
    "hubs": "Paths through hubs were left out.",
    "budget": "The search was stopped by its budget of links.",
}
# marks that reorder or hide text: in drawings they are left out, in the panel the text is verbatim and they are named
INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def page_model(answer: dict[str, Any]) -> dict[str, Any]:
    """The content of the page for a path answer, ready for JSON; the same answer gives the same content."""
    listed, known = answer.get("listed"), answer.get("known")
    ends = listed or [answer["question"]["from"], answer["question"]["to"]]
    ids = list(dict.fromkeys([*ends, *(node for path in answer["paths"] for node in path["nodes"])]))
    hops: dict[tuple[str, str], dict[str, Any]] = {}
    for path in answer["paths"]:
        for hop in path["hops"]:
            hops.setdefault((hop["kind"], hop["id"]), hop)
    entities = {key: answer["entities"].get(key) or _unknown(key) for key in ids}
    records = _records(answer, entities, hops)
    legend = json.loads((content("viz") / "legend.json").read_text(encoding="utf-8"))
    types, sources = _types(entities, legend), _sources(answer, entities, hops, legend)
    index = {key: number for number, key in enumerate(ids)}
    nodes = [_node(entities[key], types, sources, records) for key in ids]
    links = [_link(hop, index, sources, records, legend) for hop in hops.values()]
    number = {key: place for place, key in enumerate(hops)}
    captions = {key: str(entity["caption"] or key) for key, entity in answer["entities"].items()}
    paths = [_path(order, path, index, number, captions) for order, path in enumerate(answer["paths"], start=1)]
    return {
        "title": answer.get("title") or f"How are {_name(nodes[0])} and {_name(nodes[index[ends[1]]])} connected?",
        "ends": [index[end] for end in ends],
        "marks": ["LISTED"] * len(ends) if listed else ["FROM", "TO"],
        "result": _result(answer),
        "searched": _searched(answer),
        "complete": bool(answer["complete"]),
        **_completeness(answer),
        "nodes": nodes,
        "links": links,
        "paths": paths,
        "records": list(records.values()),
        "types": list(types.values()),
        "sources": list(sources.values()),
        "shapes": legend["shapes"],
        "same_as": legend["same_as"],
        "card": {"width": CARD_W, "height": CARD_H},
        "text": {"size": TEXT, "name": NAME, "least": LEAST_TEXT, "line": LINE_HEIGHT},
        "drawing": _drawing(index, ends, answer, links),
        "footer": [
            f"graphsvc {graphsvc.__version__}, engine {answer['engine']}",
            f"the graph as it was known at {known['at']}" if known else f"the graph as it stood at seq {answer['seq']}",
            "states no time of making: the same answer gives the same file",
        ],
    }


def _unknown(key: str) -> dict[str, Any]:
    return {
        "id": key,
        "source": None,
        "source_title": None,
        "type": "?",
        "type_label": "unknown",
        "caption": key,
        "stub": True,
        "properties": {},
    }


def _name(node: dict[str, Any]) -> str:
    return INVISIBLE.sub("", node["caption"]) or "(no name)"


def _records(answer: dict[str, Any], entities: dict[str, Any], hops: dict[tuple[str, str], Any]) -> dict[str, dict[str, Any]]:
    """Every record that something on the page rests on, in order of first use, as numbered lines for people."""
    used = [key for thing in (*hops.values(), *entities.values()) for key in thing.get("records") or []]
    found = {}
    for number, key in enumerate(dict.fromkeys(used)):
        record = answer["records"].get(key)
        if record is None:
            found[key] = {"number": number, "id": key, "missing": True, "rows": []}
            continue
        file = f"{record['file']}, line {record['line']}"
        rows = [("Source", record["source_title"]), ("File", file), ("As of", record["as_of"]), ("Table", record["table"])]
        rows += [("Key", record["key"]), ("Version", record["version"]), ("SHA-256", record["sha256"])]
        found[key] = {
            "number": number,
            "id": key,
            "missing": False,
            "in_force": bool(record["in_force"]),
            "rows": [[name, text] for name, value in rows for _, text in _pairs(value)],
        }
    return found


def _types(entities: dict[str, Any], legend: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    order = list(legend["types"])
    labels = {e["type"]: e["type_label"] or e["type"] for e in entities.values()}
    known = sorted((name for name in labels if name in legend["types"]), key=order.index)
    for name in known:
        found[name] = {**legend["types"][name]}
    for count, name in enumerate(sorted(labels.keys() - set(known))):
        style = legend["spare"][count % len(legend["spare"])]
        letter = INVISIBLE.sub("", labels[name])[:1].upper() or "?"
        found[name] = {**style, "letter": f"{letter}{count + 1}"}  # the number keeps new types apart whatever their names
    for count, (name, style) in enumerate(found.items()):
        style.update(number=count, label=_sentence_case(labels[name]))
    return found


def _sources(answer: dict[str, Any], entities: dict[str, Any], hops: dict[Any, Any], legend: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Sources that the drawing speaks of, numbered like footnotes, with the colour of their links."""
    titles = {e["source"]: e["source_title"] or e["source"] for e in entities.values() if e["source"] is not None}
    titles |= {r["source"]: r["source_title"] or r["source"] for r in answer["records"].values()}
    used = {e["source"] for e in entities.values()} | {hop["source"] for hop in hops.values()}
    names = sorted((name for name in used if name is not None), key=lambda name: (str(titles.get(name, name)), name))
    colours = legend["sources"]
    return {
        name: {
            "number": count,
            "mark": f"[{count + 1}]",
            "id": name,
            "title": titles.get(name, name),
            "colour": colours[count % len(colours)],
        }
        for count, name in enumerate(names)
    }


def _node(entity: dict[str, Any], types: dict[str, Any], sources: dict[str, Any], records: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": entity["id"],
        "caption": str(entity["caption"] or entity["id"]),
        "short": INVISIBLE.sub("", str(entity["caption"] or entity["id"]))[:120] or "(no name)",
        "type": types[entity["type"]]["number"],
        "source": None if entity["source"] is None else sources[entity["source"]]["number"],
        "stub": bool(entity["stub"]),
        "properties": _pairs(entity["properties"]),
        "records": [records[key]["number"] for key in dict.fromkeys(entity.get("records") or [])],
    }


def _link(
    hop: dict[str, Any], index: dict[str, int], sources: dict[str, Any], records: dict[str, Any], legend: dict[str, Any]
) -> dict[str, Any]:
    same = hop["kind"] == "same_as"
    start, end = (hop["from"], hop["to"]) if hop["forward"] else (hop["to"], hop["from"])
    name = legend["same_as"]["label"] if same else str(hop["label"] or hop["type"])
    source = None if hop["source"] is None else sources[hop["source"]]
    return {
        "same": same,
        "id": hop["id"],
        "label": name,
        "lines": _label_lines(name, source["mark"] if source else ""),
        "dates": [] if same else textwrap.wrap(INVISIBLE.sub("", _dates(hop)), LABEL_COLUMNS, max_lines=LABEL_LINES, placeholder="…"),
        "sentence": str(hop["sentence"]),
        "from": index[start],
        "to": index[end],
        "source": source and source["number"],
        "method": hop.get("method"),
        "period": _dates(hop),
        "properties": _pairs(hop.get("properties")),
        "evidence": _pairs(hop.get("evidence")),
        "records": [records[key]["number"] for key in dict.fromkeys(hop["records"])],
    }


def _label_lines(name: str, mark: str) -> list[str]:
    """A link's name as the lines that fit between two cards, its source's mark behind the last."""
    lines = textwrap.wrap(INVISIBLE.sub("", name), LABEL_COLUMNS - len(mark) - 1, max_lines=LABEL_LINES, placeholder="…") or ["?"]
    return [*lines[:-1], f"{lines[-1]} {mark}".rstrip()]


def _dates(hop: dict[str, Any]) -> str:
    start, end = (str(hop.get(bound) or "")[:10] for bound in ("valid_from", "valid_to"))
    if start and end:
        return start if start == end else f"{start} to {end}"
    return f"from {start}" if start else f"until {end}" if end else ""


def _cost(cost: dict[str, Any] | None) -> str:
    """What a hop costs, part by part."""
    if cost is None:
        return ""
    records = f"told by {_count(cost['records'], 'record')}"
    names = {"link": "link", "type": "type", "evidence": records, "possible": "possibly the same", "time": "not at the same time"}
    names["through"] = f"through one of {cost['degree']} neighbours"
    parts = [f"{name} {cost[key]:.2f}" for key, name in names.items() if cost[key]]
    return f"cost {cost['total']:.2f}: {', '.join(parts) or 'nothing'}"


def _variants(variants: dict[str, Any], captions: dict[str, str]) -> list[str]:
    """Lines about paths that share all but one inner thing with a lead."""
    if not variants["n"]:
        return []
    shown = [f"{' - '.join(captions[node] for node in path['nodes'])} (cost {path['cost']:.2f})" for path in variants["paths"]]
    return [f"{_count(variants['n'], 'variant')} that differ in one thing:", *shown]


def _path(
    order: int, path: dict[str, Any], index: dict[str, int], number: dict[tuple[str, str], int], captions: dict[str, str]
) -> dict[str, Any]:
    parts = [_count(path["length"], "link"), _count(len(path["sources"]), "source")]
    if path["crossings"]:
        parts.insert(1, _count(path["crossings"], "same-as step"))
    if path.get("cost") is not None:
        parts.append(f"cost {path['cost']:.2f}")
        parts.append("when is not known" if path["time"] == "unknown" else f"{path['time']} in time")
    return {
        "title": f"Path {order}: {', '.join(parts)}",
        "costs": [_cost(hop.get("cost")) for hop in path["hops"]],
        "variants": _variants(path.get("variants") or {"n": 0, "paths": []}, captions),
        "nodes": [index[node] for node in path["nodes"]],
        "links": [number[hop["kind"], hop["id"]] for hop in path["hops"]],
    }


def _result(answer: dict[str, Any]) -> str:
    if answer["paths"]:
        return f"{_count(len(answer['paths']), 'path')} found."
    return "No path was found within what was searched." if answer["complete"] else "No path was found in the part that was searched."


def _completeness(answer: dict[str, Any]) -> dict[str, Any]:
    """What the head says of it. More paths than were asked for is no fault of the search, so that alone warns of nothing."""
    if answer["complete"]:
        said = {"tone": "whole", "completeness": "Complete: everything within the limits below was searched."}
    elif answer["cut_by"] == ["k"] and answer["paths"]:
        found = len(answer["paths"])
        first = "This is the first path" if found == 1 else f"These are the first {found} paths"
        return {"tone": "calm", "completeness": f"{first}; there may be more.", "cuts": []}
    else:
        said = {"tone": "cut", "completeness": "Not complete: the search was cut short."}
    return {**said, "cuts": list(answer["cut_text"]) or [CUTS.get(cut, f"Cut by: {cut}") for cut in answer["cut_by"]]}


def _searched(answer: dict[str, Any]) -> list[list[str]]:
    searched, question, known = answer["searched"], answer["question"], answer.get("known")
    rows = [
        *([["As of", " ".join(known["notes"])]] if known else []),
        ["Sources searched", "all in view" if searched["sources"] is None else ", ".join(map(str, searched["sources"])) or "none"],
        ["Types of link", ", ".join(map(str, searched.get("types") or [])) or "all"],
        ["Longest path looked for", f"{_count(searched['max_hops'], 'link')} (same-as steps not counted)"],
        *([["Paths asked for", f"at most {question['k']}"]] if "k" in question else []),
        *(["Narrowed", sentence] for sentence in searched.get("narrowed") or []),
    ]
    if searched.get("budget") is not None:
        rows.append(["Links looked at", f"at most {searched['budget']:,}"])
    if searched.get("max_steps") is not None:
        rows.append(["Longest chain, same-as steps counted", _count(searched["max_steps"], "step")])
    if searched.get("hub_links") is not None:
        rows.append(["Not crossed", f"what has more than {searched['hub_links']:,} neighbours in view"])
    for hub in answer.get("hubs") or []:
        rows.append(["Met and not crossed", f"{hub['caption']}, {hub['degree']:,} neighbours in view"])
    return rows


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def _pairs(value: Any, name: str = "") -> list[list[str]]:
    """Any JSON value as lines of (name, text): nested names joined by a colon, empty values left out."""
    if isinstance(value, dict):
        return [pair for key, inner in value.items() for pair in _pairs(inner, f"{name}: {key}" if name else str(key))]
    if isinstance(value, list | tuple):
        return [pair for inner in value for pair in _pairs(inner, name)]
    if value is None or value == "":
        return []
    return [[name, {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)]]


def _drawing(index: dict[str, int], ends: list[str], answer: dict[str, Any], links: list[dict[str, Any]]) -> dict[str, Any]:
    """pyvis's network in vis-network's terms. No titles: vis-network reads some of them as HTML."""
    from pyvis.network import Network  # here, because it pulls in IPython: 1.5 s that no other command should wait for

    lines = [Line(link["from"], link["to"], *_label_size(link)) for link in links]
    paths = [[index[node] for node in path["nodes"]] for path in answer["paths"]]
    layout = arrange(index[ends[0]], index[ends[1]], paths, lines)
    network = Network(directed=True)
    places = with_others(layout.places, sorted(index.values()))
    for number in sorted(places):
        x, y = places[number]
        network.add_node(f"n{number}", label=" ", shape="custom", color="#ffffff", size=CARD_W / 2, x=x, y=y)
    for number, (line, route) in enumerate(zip(lines, layout.routes, strict=True)):
        smooth = {"enabled": bool(route.bend), "type": "curvedCW" if route.bend > 0 else "curvedCCW", "roundness": abs(route.bend)}
        network.add_edge(f"n{line.start}", f"n{line.end}", id=f"e{number}", arrows="" if links[number]["same"] else "to", smooth=smooth)
        links[number].update(at=list(route.label), box=[line.label_w, line.label_h])
    network.options = {
        "physics": {"enabled": False},
        "interaction": {"dragNodes": False, "hover": True, "selectConnectedEdges": False, "keyboard": False, "multiselect": False},
        "edges": {"arrowStrikethrough": False, "selectionWidth": 0, "hoverWidth": 0, "chosen": False},
        "nodes": {"borderWidth": 0, "chosen": False},
    }
    nodes, edges, _, _, _, options = network.get_network_data()
    return {"nodes": nodes, "edges": edges, "options": json.loads(options), "folded": layout.folded}


def _label_size(link: dict[str, Any]) -> tuple[float, float]:
    texts = [*link["lines"], *link["dates"]]
    return max(map(len, texts)) * CHARACTER + 10, len(texts) * LINE_HEIGHT + 6
