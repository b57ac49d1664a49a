"""A deployment as its people meet it: open and sealed sources in one graph, users, an inquiry, both doors, and the log read from beside."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from graphsvc.alerts.leads import Readers
from graphsvc.alerts.outbox import Outbox
from graphsvc.alerts.published import leads_of
from graphsvc.alerts.tables import alerts, watches
from graphsvc.alerts.tables import leads as lead_table
from graphsvc.audit.engine import open_engine, reading, writing
from graphsvc.audit.search import Filter, Found, find
from graphsvc.cli import main
from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import Inquiry, Operation, View
from graphsvc.inquiry import me
from graphsvc.inquiry.office import Office, audit_url, open_office
from graphsvc.loading.compose import Finisher
from graphsvc.loading.report import Report
from graphsvc.policy.document import parse_policy
from graphsvc.settings import Settings
from graphsvc.sightings.photos import add_photos
from tests.connections.world import World
from tests.people import CASE, HEAD, OPEN, REASON, SEALED, policies, user

# What the sealed sources say has this word in it: as their ids' first part, and in the bytes of their photographs.
MARK = b"secret"
REASON_CODE = "lead"
EXACT = "reason_code_per_query: true\nrules:\n  - {operations: [exact], roles: [analyst], agencies: any, purposes: [investigation]}\n"
POINTER = "contact: a test\nrules:\n  - {operations: [pointer], roles: [analyst], agencies: any, purposes: any}\n"
POLICIES = {"register": OPEN, "bills": OPEN, "phones": OPEN, "reads": EXACT, "border": POINTER}
UNSEALED = {"secret": OPEN, "secret_reads": EXACT, "secret_border": POINTER}
# What an analyst with a reason code may see of it, by operation; written down here, not computed.
VISIBLE: Mapping[Operation, tuple[str, ...]] = {
    "search": ("bills", "phones", "register"),
    "paths": ("bills", "phones", "register"),
    "exact": ("bills", "phones", "reads", "register"),
    "pointer": ("border",),
    "resolve": ("bills", "phones", "register"),
    "screen": ("bills", "phones", "register"),
    "analytics": ("bills", "phones", "register"),
    "share": ("bills", "phones", "register"),
}


@dataclass(frozen=True)
class Deployment:
    """Its settings, a key of each user, the inquiry of `ann`, and ids of what is in the graph.

    `root` is an operator and whom the machine acts as; `ann` an analyst with an open inquiry, `new` one without, `sven` a supervisor,
    `olga` an auditor.
    """

    settings: Settings
    keys: Mapping[str, str]
    inquiry: str
    ids: Mapping[str, str]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys['ann']}", "Inquiry": self.inquiry, "Reason-Code": REASON_CODE}

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to be of this deployment."""
        given = self.settings
        assert given.neo4j_uri and given.neo4j_password
        return {
            "GRAPHSVC_HOME": str(given.home),
            "GRAPHSVC_NEO4J_URI": given.neo4j_uri,
            "GRAPHSVC_NEO4J_USER": given.neo4j_user,
            "GRAPHSVC_NEO4J_PASSWORD": given.neo4j_password.get_secret_value(),
        }

    def copy(self, home: Path) -> Deployment:
        """The same people, keys and log in a folder of their own, over the same graph; the machine acts as `root` there."""
        shutil.copytree(self.settings.home, home)
        copied = replace(self, settings=self.settings.model_copy(update={"home": home}))
        copied.acts_as("root")
        return copied

    def acts_as(self, who: str) -> None:
        """Let the machine's command line act as somebody."""
        me.set_me(self.settings.home, who)

    def size(self) -> int:
        return len(self.entries())

    def entries(self, since: int = 0) -> list[Found]:
        """The log's entries from that index on, read past the log's own functions, which would log the look."""
        engine = open_engine(audit_url(self.settings))
        try:
            with reading(engine) as connection:
                return find(connection, Filter(after=since - 1), 1_000_000)
        finally:
            engine.dispose()

    def wholes(self, since: int = 0) -> list[Found]:
        """Those entries without the ones of parts of an answer: the rows of a list."""
        return [entry for entry in self.entries(since) if not entry.leaf["operation"].endswith(".part")]

    def view(self, operation: Operation, reason_code: bool = True) -> View:
        return View(tuple(c for c in VISIBLE[operation] if reason_code or c != "reads"), operation)

    def policies(self, view: View) -> dict[str, str]:
        """The SHA-256 of the policy of each source in view."""
        return {s: parse_policy((HEAD + POLICIES[s]).encode(), s).sha256 for s in view.compartments}

    def run(self, *arguments: str, given: str = "") -> Ran:
        """Run a command as `graphsvc ...` would, in this process."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name, value in self.environment.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["graphsvc", *arguments])
            patch.setattr(sys, "stdin", io.StringIO(given))
            try:
                main()
                code = 0
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 0
        return Ran(code, *(text.buffer.getvalue() for text in (out, err)))


@dataclass(frozen=True)
class Ran:
    code: int
    out: bytes
    err: bytes


def found(deployment: Deployment) -> Deployment:
    """The deployment with the sealed sources opened: what is hidden by nothing but a policy can be found then."""
    with open_office(deployment.settings) as office:
        policies(office, UNSEALED)
    return deployment


def write_world(graph: Graph, home: Path, folder: Path) -> dict[str, str]:
    """Sources of every kind, each once open and once sealed; returns ids by what they are of."""
    world = World(graph, home).mystery()
    finisher = Finisher(load_ontology(), world.vault.digester())
    world.link("secret/person/bo", "HAS_PHONE", world.entity("secret/phone/d1", "Phone", "+4755501234", number="+4755501234"))
    ids = {"a_record": world.record("register"), "sealed_record": world.record("secret")}
    for kind, source in (("a", "reads"), ("sealed", "secret_reads")):
        world.source(source, f"Plate reads ({source})")
        shots = {}
        for shot in ("photoOverview", "photoPlate"):
            picture = folder / f"{source}-{shot}.png"
            picture.write_bytes(b"\x89PNG\r\n\x1a\n" + f"{shot} of {source}".encode())
            add_photos(home / "photos", source, [picture])
            shots[shot] = next(p.name for p in (home / "photos" / source).iterdir() if p.read_bytes() == picture.read_bytes())
        plate = {"registrationNumber": "VK1001", "jurisdiction": "XV"}
        vehicle = world.entity(
            f"{source}/vehicle/v1", "Vehicle", "VK1001", **plate, ident=finisher.finish(source, "Vehicle", dict(plate))["ident"]
        )
        camera = world.entity(f"{source}/device/c1", "Device", "c1", number="c1")
        ids[f"{kind}_sighting"] = world.link(vehicle, "READ_BY", camera, at="2024-06-03T10:15:00Z", confidence=0.93, **shots)
        ids[f"{kind}_photo"] = shots["photoPlate"]
    for source in ("border", "secret_border"):
        world.source(source, f"Border crossings ({source})")
        world.entity(f"{source}/person/eva", "Person", "Eva Strand", birthDate="1980-02-03")
    # One for each call that takes one back; the sealed ones are the newest, and so the first to be listed.
    for n in range(20):
        for kind, compartment, day in (("", "bills", "2024-02-01"), ("sealed", "secret", "2024-02-02")):
            run = {"id": f"run/{kind}{n}", "kinds": ["people"], "compartments": [compartment], "by": "ann", "started_at": day}
            graph.statement("CREATE (r:ResolutionRun) SET r = $run, r.status = 'finished'", run=run)
            judged = {
                "id": f"judgement/{kind}{n}",
                "a": "bills/person/x",
                "b": "bills/person/y",
                "compartments": [compartment],
                "by": "ann",
            }
            graph.statement("CREATE (j:Judgement) SET j = $judged, j += {verdict: 'never', reason: 'a test', at: '2024'}", judged=judged)
    for teller in ("bills", "secret"):
        pair = [world.entity(f"{teller}/person/like{n}", "Person", f"Like of {teller}") for n in range(2)]
        world.same(*pair, type="POSSIBLY_SAME")
    write_communities(graph)
    write_trends(graph)
    told = {"report": json.dumps(Report().as_dict()), "started_at": "2024-02-01T08:00:00Z", "as_of": ["2024-01-31"]}
    graph.statement("MATCH (l:Load) SET l += $told", told=told)
    return ids


def write_communities(graph: Graph) -> None:
    """Runs of jobs that are over, the newest of which saw a sealed source, and two that go on."""
    seen = {"open": ["bills", "phones", "register"], "sealed": ["bills", "phones", "register", "secret"]}
    for hour, (name, compartments) in enumerate(seen.items(), 1):
        run = {
            **{"job": "groups", "kind": "communities", "by": "ann", "compartments": compartments, "parameters": "{}", "versions": "{}"},
            **{"started_at": f"2024-02-01T0{hour}:00:00.000Z", "result": "{}", "since": "run_0", "seq": 1},
        }
        for id, status in ((f"run_{name}", "finished"), ("run_going" if name == "open" else "run_sealed_going", "running")):
            graph.statement("CREATE (r:JobRun) SET r = $run", run={**run, "id": id, "status": status})
        going = "run_going" if name == "open" else "run_sealed_going"
        graph.statement("CREATE (:JobLease {job: $job, run: $run, until: 9000000000000})", job=f"job of {going}", run=going)
        graph.statement("MATCH (r:JobRun {id: $run}) SET r.job = $job", job=f"job of {going}", run=going)
        members = ["register/person/ada", "register/company/holm", *(["secret/person/ada"] if name == "sealed" else [])]
        one = {"id": "groups-1" if name == "open" else "sealed-1", "run": f"run_{name}", "number": 1, "size": len(members)}
        graph.statement("CREATE (c:Community) SET c = $one", one={**one, "key": f"run_{name}#1", "members": members, "things": []})
        change = {"kind": "grew", "before": [one["id"]], "after": [one["id"]], "entities": members[-1:], "facts": []}
        change |= {"minimal": False, "because": "unknown", "why_not": "A test."}
        stored = {"run": f"run_{name}", "number": 0, "kind": "grew", "communities": [one["id"]], "told": json.dumps(change)}
        graph.statement("CREATE (c:CommunityChange) SET c = $stored", stored=stored)


def write_alerts(office: Office, inquiry: str) -> None:
    """Watches of ann's and what they have found, one pair in a source that is open and one in a sealed one."""
    Outbox(office.engine)
    at = {"made_at": "2024-02-01T08:00:00.000Z"}
    with writing(office.engine) as connection:
        for name, source in (("open", "register"), ("sealed", "secret")):
            subject = json.dumps({"kind": "entity", "entity": f"{source}/person/ada"})
            own = {"account": "ann", "made_by": "ann", "inquiry": inquiry, "subject": subject, "daily": False, "since": 0, "seen": False}
            connection.execute(insert(watches).values(id=f"wat_{name}", **own, **at, ends_at="2099-12-31T00:00:00.000Z"))
            fact = {"id": "none", "a": "none", "b": "none", "change": "came", "type": "OWNS"}
            cause = {"seq": 1, "at": "2024", "load": None, "run": None, "facts": [fact], "records": [], "more": 0}
            for n, word in enumerate(("", "_aside"), 1):
                told = {"id": f"alr_{name}{word}", "watch": f"wat_{name}", "cause_key": f"batch/{n}", "compartments": json.dumps([source])}
                found = json.dumps({**cause, "entities": [f"{source}/person/ada"]})
                connection.execute(insert(alerts).values(**told, cause=found, state="new", **at))


def write_leads(office: Office, inquiry: str) -> None:
    """Leads that are for ann, one that rests on an open source and one on a sealed one; and one that she has published."""
    leads, readers = leads_of(office), Readers(agencies=("veldmark_police",))
    at = {"purpose": "investigation", "case": CASE, "agency": "veldmark_police"}
    wanted = {"open": ("root", "register"), "sealed": ("root", "secret"), "own": ("ann", "register")}
    for name, (by, source) in wanted.items():
        content = {"entities": [f"{source}/person/ada"], "records": [], "facts": [], "changes": None}
        rests_on = {"search": [[source]], "analytics": []}
        lead = leads.publish(Inquiry(id=inquiry, user=by, **at), f"Of the {source}", "", content, rests_on, readers)
        with writing(office.engine) as connection:
            connection.execute(update(lead_table).where(lead_table.c.id == lead.id).values(id=f"led_{name}"))
        if name != "own":
            leads.reach(replace(lead, id=f"led_{name}"), [(office.users.get("ann"), CASE)])


def write_trends(graph: Graph) -> None:
    """Runs of a job of trends that are over, the newest of which saw a sealed source."""
    for hour, (name, source) in enumerate((("open", "register"), ("sealed", "secret")), 1):
        seen = ["bills", "phones", "register", *(["secret"] if name == "sealed" else [])]
        run = {
            **{"id": f"run_months_{name}", "job": "months", "kind": "trends", "status": "finished", "by": "ann", "compartments": seen},
            **{"parameters": "{}", "versions": "{}", "result": "{}", "started_at": f"2024-02-01T0{hour}:00:00.000Z", "seq": 1},
        }
        graph.statement("CREATE (r:JobRun) SET r = $run", run=run)
        ada = f"{source}/person/ada"
        told = {"kind": "many_at_once", "month": "2024-01", "about": {"type": "HAS_ADDRESS", "entity": ada}, "entities": [ada], "facts": []}
        numbers = {"now": 9, "months": 24, "median": 0.0, "season": None, "types": {"Person": 9}}
        one = {"id": f"months-{name}", "run": run["id"], "key": f"{run['id']}#0", "number": 0, "kind": "many_at_once", "first": run["id"]}
        stored = json.dumps({**told, "numbers": numbers, "total": 9})
        graph.statement("CREATE (c:Anomaly) SET c = $one", one={**one, "month": "2024-01", "entities": [ada], "told": stored})
        counts = {"of": "rows", "source": source, "table": "rows", "first": "2024-01", "counts": [9], "number": 0}
        graph.statement("CREATE (c:Trend) SET c = $counts", counts={**counts, "id": name, "run": run["id"], "key": f"{run['id']}#0"})


def open_for_business(settings: Settings, ids: Mapping[str, str]) -> Deployment:
    """Users, policies, and the inquiry of `ann`."""
    with open_office(settings) as office:
        roles = {
            "root": ["analyst", "steward"],
            "ann": ["analyst", "steward"],
            "new": ["analyst"],
            "sven": ["supervisor"],
            "olga": ["auditor"],
        }
        keys = {name: user(office, name, *its) for name, its in roles.items()}
        policies(office, {**POLICIES, **dict.fromkeys(UNSEALED, SEALED)})
        standing = office.request_standing(
            office.users.get("ann"), until=datetime.now(UTC) + timedelta(days=30), purpose="investigation", case=CASE, reason=REASON
        )
        office.decide_standing(office.users.get("sven"), standing["id"], approve=True)
        write_alerts(office, standing["id"])
        write_leads(office, standing["id"])
        office.schedules.put(office.users.get("ann"), "tiny", "communities", standing["id"], None, {"measures": []})
        opened = office.open_inquiry(office.users.get("ann"), purpose="investigation", case=CASE, reason=REASON)
        return Deployment(settings, keys, opened["id"], ids)
