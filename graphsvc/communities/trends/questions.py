"""The questions about trends and anomalies as both doors ask them. May import the desk's types and the parts beside it.

A result tells of everything that its run saw, so that it is there only for views with every compartment of the run; and it is told with
names and records as they are now.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from graphsvc.communities.trends import months
from graphsvc.communities.trends.parameters import KINDS
from graphsvc.communities.trends.sentences import sentence
from graphsvc.connections import evidence, words
from graphsvc.connections.find import source_titles
from graphsvc.connections.telling import within
from graphsvc.errors import InputError, NotFound
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import Inquiry, View
from graphsvc.inquiry.desk import Reading

MOST = 500
_SERIES = "`graphsvc trends show` names them."


def list_question(
    r: Reading,
    *,
    job: str | None,
    run: str | None,
    kinds: Sequence[str] | None,
    entity: str | None,
    new: bool,
    limit: int,
    after: int,
) -> dict[str, Any]:
    """`anomalies` of the last run in view, or of another, by kind. `entity`: only those of it; `new`: that no earlier run had."""
    within("The limit", limit, 1, MOST)
    within("after", after, 0, 10_000_000)
    if unknown := sorted(set(kinds or ()) - set(KINDS)):
        raise InputError(f"There is no kind of anomaly {unknown[0]!r}.", hint=f"There are: {', '.join(KINDS)}.")
    given: dict[str, Any] = {"job": job, "run": run, "kinds": list(kinds) if kinds else None, "entity": entity, "fresh": new}
    rows = r.graph.ask(r.view, r.inquiry, "trends/page", after=after, limit=limit, **given)
    if not rows:
        raise _no_run(run)
    [row] = rows
    told = told_anomalies(r.graph, r.view, r.inquiry, row["anomalies"], row["run"]["id"])
    more = after + len(told) < row["total"]
    result = json.loads(row["run"]["result"])
    return {
        "run": told_run(row["run"]),
        "not_looked_for": result.get("not_looked_for", {}),
        "anomalies": told,
        "total": row["total"],
        "next": after + len(told) if more else None,
    }


def show_question(r: Reading, id: str, *, run: str | None, limit: int, after: int) -> dict[str, Any]:
    """One anomaly, with its method, parameters, and a page of the `links` that it rests on, each with its records. Raises NotFound."""
    within("The limit", limit, 1, MOST)
    within("after", after, 0, 10_000_000)
    rows = r.graph.ask(r.view, r.inquiry, "trends/one", id=id, run=run)
    if not rows:
        raise NotFound(f"There is no anomaly {id[:100]!r} in view.", hint="`graphsvc anomalies list` names them.")
    [row] = rows
    stored = json.loads(row["anomaly"]["told"])
    page = stored["facts"][after : after + limit]
    links, records = _links(r, page)
    more = after + len(page) < len(stored["facts"])
    [told] = told_anomalies(r.graph, r.view, r.inquiry, [row["anomaly"]], row["run"]["id"])
    return {
        "run": told_run(row["run"]),
        "anomaly": told,
        "parameters": json.loads(row["run"]["parameters"]),
        "links": links,
        "gone": len(page) - len(links),
        "kept": len(stored["facts"]),
        "records": records,
        "next": after + len(page) if more else None,
    }


def trends_question(
    r: Reading,
    *,
    job: str | None,
    run: str | None,
    source: str | None,
    type: str | None,
    place: str | None,
    limit: int,
    after: int,
) -> dict[str, Any]:
    """`series` of counts by month of the last run in view, or of another."""
    within("The limit", limit, 1, MOST)
    within("after", after, 0, 10_000_000)
    given: dict[str, Any] = {"source": source, "type": type, "place": place.upper() if place else None}
    row = _series(r, job=job, run=run, id=None, after=after, limit=limit, **given)
    told = [_told_series(one) for one in row["series"]]
    more = after + len(told) < row["total"]
    return {"run": told_run(row["run"]), "series": told, "total": row["total"], "next": after + len(told) if more else None}


def point_question(r: Reading, series: str, month: str, *, job: str | None, run: str | None, limit: int, after: int) -> dict[str, Any]:
    """The links with their records, or the records, behind one point of a series. Raises NotFound for no such series."""
    within("The limit", limit, 1, MOST)
    within("after", after, 0, 10_000_000)
    if months.number(month) == months.NO_MONTH or len(month) != 7:
        raise InputError(f"{month[:20]!r} is no month.", hint="Write it as 2024-03.")
    row = _series(r, job=job, run=run, id=series, source=None, type=None, place=None, after=0, limit=1)
    if not row["series"]:
        raise NotFound(f"The run has no series {series[:40]!r}.", hint=_SERIES)
    [one] = row["series"]
    at = months.number(month) - months.number(one["first"])
    if not 0 <= at < len(one["counts"]):
        last = months.text(months.number(one["first"]) + len(one["counts"]) - 1)
        raise InputError(f"The series counts from {one['first']} to {last}.", hint="Give a month of those.")
    common: dict[str, Any] = {"source": one["source"], "month": month, "seq": row["run"]["seq"], "after": after, "limit": limit}
    links: list[dict[str, Any]] = []
    if one["of"] == "rows":
        [found] = r.graph.ask(r.view, r.inquiry, "trends/point_rows", table=one["table"], **common)
        size, ids = len(found["records"]), found["records"]
        records = evidence.records(r.graph, r.view, r.inquiry, ids, source_titles(r.graph, r.view, r.inquiry)[0])
    else:
        [found] = r.graph.ask(r.view, r.inquiry, "trends/point_links", fills={"type": one["type"]}, place=one.get("place"), **common)
        size = len(found["links"])
        links, records = _links(r, found["links"])
    more = after + size < found["total"]
    return {
        "run": told_run(row["run"]),
        "series": _told_series(one),
        "month": month,
        "counted": one["counts"][at],
        "total": found["total"],
        "links": links,
        "records": records,
        "next": after + size if more else None,
    }


def _series(r: Reading, **given: Any) -> Row:
    rows = r.graph.ask(r.view, r.inquiry, "trends/series", **given)
    if not rows:
        raise _no_run(given["run"])
    return rows[0]


def _told_series(one: Row) -> dict[str, Any]:
    first = months.number(one["first"])
    declared = load_ontology().links.get(one["type"] or "")
    return {
        **{name: one[name] for name in ("id", "of", "source", "type", "table", "place")},
        "label": declared.label if declared else None,
        "counts": {months.text(first + n): count for n, count in enumerate(one["counts"])},
    }


def told_anomalies(graph: Graph, view: View, inquiry: Inquiry, rows: Sequence[Row], run: str) -> list[dict[str, Any]]:
    """Anomalies as doors show them: with a sentence, and entities by name."""
    stored = [(row, json.loads(row["told"])) for row in rows]
    wanted = sorted({id for _, one in stored for id in one["entities"]})
    found = graph.ask(view, inquiry, "communities/named", ids=wanted) if wanted else []
    names = {row["id"]: row for row in found}
    titles = source_titles(graph, view, inquiry)[0]
    return [
        {
            "id": row["id"],
            **{name: one[name] for name in ("kind", "month", "about", "numbers", "total")},
            "new": row["first"] == run,
            "first_run": row["first"],
            "sentence": sentence(one, names, titles),
            "entities": [dict(names[id]) for id in one["entities"] if id in names],
        }
        for row, one in stored
    ]


def _links(r: Reading, facts: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Links as doors show them, with the records that they rest on."""
    found = r.graph.ask(r.view, r.inquiry, "communities/facts", facts=list(facts)) if facts else []
    # In the order in which they are kept: a circle's is that of time.
    place = {fact["id"]: n for n, fact in enumerate(facts)}
    rows = sorted(found, key=lambda row: place[row["id"]])
    ids = {one["id"] for row in rows for one in row["records"]}
    records = evidence.records(r.graph, r.view, r.inquiry, ids, source_titles(r.graph, r.view, r.inquiry)[0])
    told = []
    for row in rows:
        start, end = row["ends"]
        told.append(
            {
                **{"id": row["id"], "type": row["type"], "from": start["id"], "to": end["id"]},
                "sentence": words.sentence(load_ontology(), row["type"], row["link"], str(start["caption"]), str(end["caption"])),
                "records": [one["id"] for one in row["records"] if one["id"] in records],
            }
        )
    return told, records


def _no_run(run: str | None) -> NotFound:
    what = f"no finished run {run[:80]!r} of a job of trends" if run else "no finished run of a job of trends"
    return NotFound(
        f"There is {what} on sources that are all in view.",
        hint="`graphsvc jobs history` names runs; docs/trends.md says how to set a job.",
    )


def told_run(run: dict[str, Any]) -> dict[str, Any]:
    """A run as answers about trends name it."""
    kept = ("id", "job", "started_at", "finished_at", "projection_sha256", "seq")
    return {**{name: run.get(name) for name in kept}, "compartments": run["compartments"]}
