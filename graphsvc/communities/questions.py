"""The questions about communities as both doors ask them. May import the desk's types and the parts beside it.

A result tells of everything that its run saw, so that it is there only for views with every compartment of the run; and it is told with
names and records as they are now.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from graphsvc.communities.changed import compared
from graphsvc.communities.compare import KINDS
from graphsvc.communities.job import Earlier, differs
from graphsvc.communities.sentences import told_change
from graphsvc.communities.store import of_run
from graphsvc.connections.telling import Teller, steady, within
from graphsvc.errors import InputError, NotFound
from graphsvc.graph.driver import Graph, Row
from graphsvc.graph.view import Inquiry, View
from graphsvc.inquiry.desk import Reading, Result
from graphsvc.jobs.kinds import Limits
from graphsvc.resolution.sentences import sentences
from graphsvc.resolution.stored import METHOD

MOST = 500
_NAMED = 5  # members that a list names of each community
_EACH = 5  # links told of one member; their number is complete
_MEASURES = ("pagerank", "betweenness", "articulation_points")


def list_question(r: Reading, *, job: str | None, run: str | None, entity: str | None, limit: int, after: int) -> dict[str, Any]:
    """`communities` of the last run in view, or of another; the largest first. `entity`: only the one that it belongs to."""
    within("The limit", limit, 1, MOST)
    within("after", after, 0, 10_000_000)
    given: dict[str, Any] = {"job": job, "run": run, "having": entity, "named": _NAMED}
    rows = r.graph.ask(r.view, r.inquiry, "communities/page", after=after, limit=limit, **given)
    if not rows:
        raise _no_run(run)
    [row] = rows
    names = _names(r.graph, r.view, r.inquiry, [id for one in row["communities"] for id in one["members"]])
    told = [{**one, "members": [names[id] for id in one["members"] if id in names]} for one in row["communities"]]
    more = after + len(told) < row["total"]
    return {"run": told_run(row["run"]), "communities": told, "total": row["total"], "next": after + len(told) if more else None}


def show_question(r: Reading, id: str, *, run: str | None, limit: int, after: int) -> dict[str, Any]:
    """One community: a page of `members`, each with why it belongs there: its links inside. Raises NotFound."""
    within("The limit", limit, 1, MOST)
    within("after", after, 0, 10_000_000)

    def read(graph: Graph, view: View, inquiry: Inquiry, titles: dict[str, str]) -> dict[str, Any]:
        rows = graph.ask(view, inquiry, "communities/one", id=id, run=run)
        if not rows:
            raise NotFound(f"There is no community {id[:100]!r} in view.", hint="`graphsvc communities list` names them.")
        return _shown(graph, view, inquiry, titles, rows[0], limit, after)

    return steady(r.graph, r.view, r.inquiry, read)


def _shown(graph: Graph, view: View, inquiry: Inquiry, titles: dict[str, str], row: Row, limit: int, after: int) -> dict[str, Any]:
    one = row["community"]
    everybody = [*one["members"], *one["things"]]
    page = one["members"][after : after + limit]
    inside = graph.ask(view, inquiry, "communities/inside", ids=page, all=everybody, each=_EACH)
    links = [found for found in inside if found["type"] != "SAME_AS"]
    teller = Teller(graph, view, inquiry, titles, {*page, *(found["other"] for found in inside)}, [found["link"] for found in links])
    why: dict[str, list[dict[str, Any]]] = {id: [] for id in page}
    totals = dict.fromkeys(page, 0)
    for found in inside:
        totals[found["of"]] = found["total"]
        ends = (found["of"], found["other"]) if found["outgoing"] else (found["other"], found["of"])
        why[found["of"]].append(
            _same(found, *ends, teller.entities) if found["type"] == "SAME_AS" else teller.link(found["type"], found["link"], *ends)
        )
    members = []
    for place, id in enumerate(page, after):
        measured = {name: one[name][place] for name in _MEASURES if name in one}
        if id in teller.entities:
            members.append({"id": id, **measured, "inside": totals[id], "why": why[id]})
    more = after + len(page) < len(one["members"])
    return {
        "run": told_run(row["run"]),
        "community": {"id": one["id"], "size": one["size"], "entities": len(one["members"]), "things": len(one["things"])},
        "members": members,
        "gone": len(page) - len(members),
        "next": after + len(page) if more else None,
        "entities": teller.entities,
        "records": teller.records,
    }


def _same(found: Row, start: str, end: str, entities: dict[str, Any]) -> dict[str, Any]:
    """A statement of identity as a reason to belong: it rests on its evidence, not on rows of its own."""
    decision = found["link"]
    evidence = json.loads(decision.get("evidence") or "{}")
    named = [f"{entities[id]['caption']} ({entities[id]['source_title']})" if id in entities else id for id in (start, end)]
    return {
        "id": decision["id"],
        "type": "SAME_AS",
        "from": start,
        "to": end,
        "sentence": f"{named[0]} is stated to be the same as {named[1]}.",
        "because": sentences(decision, evidence) if decision.get("method") == METHOD else [],
        "records": [],
    }


def diff_question(
    r: Reading,
    *,
    job: str | None,
    run: str | None,
    since: str | None,
    kinds: Sequence[str] | None,
    community: str | None,
    limit: int,
    after: int,
    limits: Limits,
) -> dict[str, Any]:
    """What a run (the last in view, or another) found changed since the one before it, or since the run `since`: each change with its
    causes in sentences.
    """
    within("The limit", limit, 1, MOST)
    within("after", after, 0, 10_000_000)
    if unknown := sorted(set(kinds or ()) - set(KINDS)):
        raise InputError(f"There is no kind of change {unknown[0]!r}.", hint=f"There are: {', '.join(KINDS)}.")
    asked: dict[str, Any] = {"job": job, "run": run, "kinds": list(kinds) if kinds else None, "community": community}
    rows = r.graph.ask(r.view, r.inquiry, "communities/changes", after=after, limit=limit, **asked)
    if not rows:
        raise _no_run(run)
    [row] = rows
    found, total, since_run = [json.loads(text) for text in row["changes"]], row["total"], row["run"].get("since")
    if since is not None and since != since_run:
        every = [one for one in _between(r, since, row["run"], limits) if _fits(one, kinds, community)]
        found, total, since_run = every[after : after + limit], len(every), since
    told = told_changes(r.graph, r.view, r.inquiry, found)
    more = after + len(told) < total
    only = json.loads(row["run"]["result"]).get("only_method", False) if since_run == row["run"].get("since") else False
    return {
        "run": told_run(row["run"]),
        "since": since_run,
        "only_method": only,
        "changes": told,
        "total": total,
        "next": after + len(told) if more else None,
    }


def _fits(change: dict[str, Any], kinds: Sequence[str] | None, community: str | None) -> bool:
    return (not kinds or change["kind"] in kinds) and (community is None or community in {*change["before"], *change["after"]})


def _between(r: Reading, since: str, run: dict[str, Any], limits: Limits) -> list[dict[str, Any]]:
    """The changes between two runs of one job that do not follow each other, looked for now."""
    found = r.graph.ask(r.view, r.inquiry, "jobs/runs_in_view", id=since, job=run["job"], user=r.inquiry.user, limit=1)
    if not found or found[0]["run"]["status"] != "finished" or found[0]["run"]["started_at"] >= run["started_at"]:
        raise NotFound(
            f"There is no earlier finished run {since[:80]!r} of the job {run['job']} in view.", hint="`graphsvc jobs history` names them."
        )
    earlier = found[0]["run"]
    before, after = (of_run(r.graph, r.view, r.inquiry, one["id"]) for one in (earlier, run))
    if not before or not after:
        raise NotFound(
            "The communities of one of the two runs are not kept any more.", hint="The parameter `keep` of the job says how many are."
        )
    look = Earlier(run)
    return compared(
        r.graph,
        r.view.common(tuple(run["compartments"])),
        r.inquiry,
        look,
        look.asked,
        limits,
        before=before,
        after=after,
        between=(earlier["seq"], run["seq"]),
        hubs=frozenset([*(earlier.get("hubs") or []), *(run.get("hubs") or [])]),
        differs=differs(json.loads(earlier["made"]), json.loads(run["made"])),
    )


def told_changes(graph: Graph, view: View, inquiry: Inquiry, found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Changes as doors show them: with the names of entities, and the links and statements that caused them with their rows."""
    facts = [{"id": fact["id"], "a": fact["a"], "b": fact["b"]} for one in found for fact in one["facts"]]
    rows = {row["id"]: row for row in graph.ask(view, inquiry, "communities/facts", facts=facts)} if facts else {}
    names = _names(graph, view, inquiry, [id for one in found for id in one["entities"]])
    return [told_change(one, rows, names) for one in found]


def export_question(r: Reading, *, job: str | None, run: str | None) -> Result:
    """Every member of every community of a run, as the file `csv`: community, entity, type, source, what it is called."""
    rows = r.graph.ask(
        r.view, r.inquiry, "communities/page", job=job, run=run, having=None, named=1_000_000_000, after=0, limit=1_000_000_000
    )
    if not rows:
        raise _no_run(run)
    [row] = rows
    names = _names(r.graph, r.view, r.inquiry, [id for one in row["communities"] for id in one["members"]])
    lines = ["community,size,entity,type,source,caption"]
    lines += [
        ",".join(map(_quoted, (one["id"], one["size"], id, names[id]["type"], names[id]["source"], names[id]["caption"])))
        for one in row["communities"]
        for id in one["members"]
        if id in names
    ]
    text = "".join(f"{line}\r\n" for line in lines)
    return Result({"run": told_run(row["run"]), "communities": row["total"], "rows": len(lines) - 1}, {"csv": text.encode()})


def _quoted(value: object) -> str:
    """A field of RFC 4180 that no spreadsheet takes for a formula."""
    text = str(value)
    text = f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
    return '"' + text.replace('"', '""') + '"'


def _names(graph: Graph, view: View, inquiry: Inquiry, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    wanted = sorted(set(ids))
    return {row["id"]: row for row in graph.ask(view, inquiry, "communities/named", ids=wanted)} if wanted else {}


def _no_run(run: str | None) -> NotFound:
    what = f"no finished run {run[:80]!r} of a job of communities" if run else "no finished run of a job of communities"
    return NotFound(
        f"There is {what} on sources that are all in view.", hint="`graphsvc jobs history` names runs; docs/jobs.md says how to set a job."
    )


def told_run(run: dict[str, Any]) -> dict[str, Any]:
    """A run as answers about communities name it."""
    kept = ("id", "job", "started_at", "finished_at", "projection_sha256", "seq")
    return {**{name: run.get(name) for name in kept}, "compartments": run["compartments"]}
