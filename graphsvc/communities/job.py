"""The job of communities: project, find, settle, number, compare, write. May import the graph and the parts beside it."""

from __future__ import annotations

import json
import secrets
from typing import Any

from graphsvc import __version__
from graphsvc.communities import store
from graphsvc.communities.changed import compared, counted
from graphsvc.communities.facts import touched
from graphsvc.communities.local import part_prefix
from graphsvc.communities.parameters import Communities
from graphsvc.communities.projection import Found, find_groups
from graphsvc.communities.stable import Community, communities, numbered, settled
from graphsvc.communities.weights import weights
from graphsvc.graph.driver import Row
from graphsvc.graph.ontology import load_ontology
from graphsvc.inquiry.desk import Reading
from graphsvc.jobs.kinds import Kind, Limits, Run


def work(r: Reading, run: Run, asked: Communities, limits: Limits) -> dict[str, Any]:
    """One run: its communities are written when it returns, and in use when it is finished."""
    seq = r.graph.run("topology/head", at=0)[0]["seq"]
    versions = {"graphsvc": __version__, **r.graph.step("communities/versions", timeout_s=limits.timeout_s, job_run=run.id)[0]}
    made = {"method": {**asked.method(), "weights": weights(load_ontology())}, "versions": versions, "view": r.view.sha256}
    run.note(seq=seq, versions=json.dumps(versions), made=json.dumps(made, sort_keys=True))
    # What a run that was killed has left there; those who look at earlier runs have names of another kind.
    r.graph.step("communities/drop", timeout_s=limits.timeout_s, job_run=run.id, prefix=part_prefix(run.job, "run_"))
    found = find_groups(r.graph, r.view, r.inquiry, run, asked, limits, seq=seq)
    run.note(projection_sha256=found.sha256, hubs=found.hubs[:10_000])
    last = store.before(r.graph, r.view, r.inquiry, run.job)
    before = store.of_run(r.graph, r.view, r.inquiry, last["id"], timeout_s=limits.timeout_s) if last else []
    others = differs(json.loads(last["made"]), made) if last else []
    run.say("Comparing with the run before." if last else "Numbering.")
    found_now = _settled(r, last, before, found, asked, seq, others)
    numbers = last["next_number"] if last else 1
    after, following = numbered(before, found_now, numbers)
    run.say(f"Writing {len(after):,} communities.")
    store.write(r.graph, run.id, run.job, after, found)
    if "bridges" in asked.measures:
        store.write_bridges(r.graph, run.id, found)
        run.note(bridges=len(found.bridges))
    run.note(next_number=following, since=last["id"] if last else None)
    told = {**found.told, "communities": len(after), "members": sum(one.size for one in after)}
    if last is not None:
        changes = compared(
            r.graph,
            r.view,
            r.inquiry,
            run,
            asked,
            limits,
            before=before,
            after=after,
            between=(last["seq"], seq),
            hubs=frozenset([*found.hubs, *(last.get("hubs") or [])]),
            differs=others,
        )
        store.write_changes(r.graph, run.id, last["id"], changes)
        told |= {"since": last["id"], "changes": counted(changes), "only_method": _only_method(changes, last, found, others)}
    return told


def _settled(
    r: Reading, last: Row | None, before: list[Community], found: Found, asked: Communities, seq: int, differs: list[str]
) -> list[Community]:
    # Found in another way, communities may differ everywhere, and none is kept for the sake of the last run.
    changed = None if last is None or differs else touched(r.graph, r.view, r.inquiry, last["seq"], seq)
    return communities(found.groups, asked.least) if changed is None else settled(before, found.groups, changed, asked.least)


def differs(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """In what two runs differ besides the graph, in words."""
    parts = [
        (f"{name} {before['method'].get(name)} and {value}", value != before["method"].get(name)) for name, value in now["method"].items()
    ]
    parts += [
        (f"{name} {before['versions'].get(name)} and {value}", value != before["versions"].get(name))
        for name, value in now["versions"].items()
    ]
    parts += [("what may be analysed", before["view"] != now["view"])]
    return [text if not text.startswith("weights") else "the weights of links" for text, is_other in parts if is_other]


def _only_method(changes: list[dict[str, Any]], last: Row, found: Found, differs: list[str]) -> bool:
    """Whether nothing but parameters or versions can have changed anything: the same graph, found in another way."""
    return bool(changes) and bool(differs) and last.get("projection_sha256") == found.sha256


def done(r: Reading, run: Run, asked: Communities) -> None:
    """Take away the communities of runs that are no longer kept."""
    for row in r.graph.run("communities/older", job=run.job, keep=asked.keep):
        store.take_away(r.graph, row["run"])


def undone(r: Reading, run: str) -> None:
    store.take_away(r.graph, run)


COMMUNITIES = Kind("communities", Communities, work, done, undone)


class Earlier:
    """A run that is over, for looking into what it found: nobody watches it, and nobody ends it. `asked` are its parameters."""

    def __init__(self, run: dict[str, Any]) -> None:
        self.id, self.job = f"look-{secrets.token_hex(4)}", run["job"]
        self.asked = Communities.model_validate_json(run["parameters"])

    def say(self, text: str) -> None:
        pass

    def check(self) -> None:
        pass

    def note(self, **told: Any) -> None:
        raise AssertionError("a run that is over is not changed")
