"""Small graphs told twice: with everything, and without what the view forbids; and the questions that are asked of both.

Hidden things are put where they would show if a filter were missing: the same names, same-as to visible things, links between visible
things that a hidden source asserts, statements that rest on hidden evidence, records that a visible thing should never list.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.schema import label
from graphsvc.graph.topology.topology import Topology
from graphsvc.loading.compose import Finisher
from graphsvc.policy.retention import expiry_month
from graphsvc.policy.vault import Vault

VISIBLE = ("bills", "register", "reads")
HIDDEN = ("register/witness", "secret")
COMPARTMENTS = (*VISIBLE, *HIDDEN)
SOURCES = ("bills", "reads", "register", "secret")
NAMES = ("Ada Holm", "Bo Nilsen", "Cy Brandt", "Ada Brandt")
TYPES = ("Person", "Person", "Company", "Vehicle")
LINKS = {
    ("Person", "Company"): "DIRECTOR_OF",
    ("Company", "Person"): "OWNS",
    ("Company", "Company"): "OWNS",
    ("Person", "Person"): "FAMILY_OF",
}
EXPIRES = "2099-01-31"
BORN = "1971-03-04"
PAYER = "Pia Berg"
NUMBER = "12-3456-7"
PLACE = "Quay 4, 5003 Bergen"
PHOTOS = {compartment: sha256(compartment.encode()).hexdigest() for compartment in COMPARTMENTS}


@dataclass(frozen=True)
class Node:
    """An entity; `odd` makes a visible one list a hidden record, which a load never does."""

    id: str
    compartment: str
    type: str
    caption: str
    odd: bool = False

    @property
    def source(self) -> str:
        return self.compartment.split("/")[0]


@dataclass(frozen=True)
class Plan:
    """A whole graph: nodes; links (a, type, b, compartment, when); same-as (a, b, compartments, possible); who states of sightings."""

    nodes: tuple[Node, ...]
    links: tuple[tuple[str, str, str, str, str], ...]
    same: tuple[tuple[str, str, tuple[str, ...], bool], ...]
    batches: int
    stating: tuple[str, ...]
    whole: bool = True
    listed: tuple[str, ...] = ()
    """Ids that results of jobs name, of entities hidden and not."""
    facts: tuple[tuple[str, str, str], ...] = ()
    """Links and statements that they name, with both ends."""
    rows: tuple[tuple[str, str, str, str, str], ...] = ()
    """What rows in view say of somebody hidden of another source: no link, but the rows are there as their source gave them."""

    def seen(self, compartments: Iterable[str]) -> Plan:
        """The same world told by these compartments only."""
        told = set(compartments)
        nodes = tuple(n for n in self.nodes if n.compartment in told)
        ids = {n.id for n in nodes}
        links = tuple(x for x in self.links if x[3] in told and x[0] in ids and x[2] in ids)
        same = tuple(s for s in self.same if set(s[2]) <= told and s[0] in ids and s[1] in ids)
        stating = tuple(c for c in self.stating if c in told)
        of = {n.id: n.compartment for n in self.nodes}
        rows = tuple(x for x in self.links if x not in links and {*row_compartments(x, of)} <= told)
        return Plan(nodes, links, same, self.batches, stating, whole=False, listed=self.listed, facts=self.facts, rows=rows)


@dataclass(frozen=True)
class Request:
    """One question: its kind and what it is about."""

    kind: str
    a: str = ""
    b: str = ""
    k: int = 3


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Four to nine visible entities, two to six hidden ones, and what joins them."""
    nodes: list[Node] = []
    for n in range(draw(st.integers(6, 14))):
        compartment = draw(st.sampled_from(COMPARTMENTS)) if n > 3 else ("register", "bills", "secret", "register/witness")[n]
        kind = "Vehicle" if compartment == "reads" else draw(st.sampled_from(TYPES))
        caption = "VK 1001" if kind == "Vehicle" else draw(st.sampled_from(NAMES))
        odd = compartment in VISIBLE and draw(st.integers(0, 3)) == 0
        nodes.append(Node(f"{compartment.split('/')[0]}/{kind}/{n}", compartment, kind, caption, odd))
    links: list[tuple[str, str, str, str, str]] = []
    same: list[tuple[str, str, tuple[str, ...], bool]] = []
    for _ in range(draw(st.integers(4, 16))):
        a, b = draw(st.sampled_from(nodes)), draw(st.sampled_from(nodes))
        if a.id == b.id:
            continue
        kind = LINKS.get((a.type, b.type), "HOLDS_VEHICLE" if b.type == "Vehicle" and a.type != "Vehicle" else "")
        if kind and (a.source == b.source or draw(st.booleans())):
            # Mostly of the source of an end; sometimes a hidden source speaks of two visible things.
            compartment = draw(st.sampled_from((a.source, a.source, "secret", "register/witness")))
            links.append((a.id, kind, b.id, compartment, draw(st.sampled_from(("", "2019", "2020-05")))))
        else:
            rests_on = {a.compartment, b.compartment, *draw(st.sampled_from(((), (), ("secret",))))}
            first, second = sorted((a.id, b.id))
            same.append((first, second, tuple(sorted(rests_on)), draw(st.integers(0, 5)) == 0))
    if draw(st.booleans()):
        _ladder(nodes, links, draw(st.integers(0, 99)))
    if draw(st.booleans()):
        _money(nodes, links, draw(st.integers(0, 7)))
    for vehicle in [n for n in nodes if n.type == "Vehicle" and n.source in ("reads", "secret")]:
        device = Node(f"{vehicle.source}/Device/d", vehicle.source, "Device", "CAM-1")
        if device.id not in {n.id for n in nodes}:
            nodes.append(device)
        day = draw(st.sampled_from(("2024-06-01", "2024-06-02")))
        links.append((vehicle.id, "READ_BY", device.id, vehicle.compartment, day))
        if draw(st.booleans()) and "reads/Device/d" in {n.id for n in nodes}:
            # What a load never writes either: a hidden source's read of a vehicle in view, and a read in view of a hidden vehicle.
            teller = "secret" if vehicle.compartment == "reads" else "reads"
            links.append((vehicle.id, "READ_BY", "reads/Device/d", teller, day))
    for compartment in sorted({n.compartment for n in nodes}):
        nodes.append(Node(f"{compartment.split('/')[0]}/Address/{compartment.replace('/', '-')}", compartment, "Address", PLACE))
    once = tuple({(s[0], s[1]): s for s in same}.values())
    stating = draw(st.sampled_from((("reads", "secret"), ("secret",), ("reads",))))
    joined = tuple(dict.fromkeys(links))
    facts = [(read_id(x), x[0], x[2]) for x in joined] + [(f"{'possible' if s[3] else 'same'}/{s[0]}~{s[1]}", s[0], s[1]) for s in once]
    ids = tuple(sorted(n.id for n in nodes))
    return Plan(tuple(nodes), joined, once, draw(st.integers(1, 4)), stating, listed=ids, facts=tuple(facts))


def _ladder(nodes: list[Node], links: list[tuple[str, str, str, str, str]], number: int) -> None:
    """Two people with four links in view between them and hidden ones beside, and three ways on, each of four links: a search has to
    tell links from ways, and no hidden link may stand for those in view. Its number decides which of the links comes first.
    """
    ids = [f"register/Person/ladder{number}-{n}" for n in range(6)]
    nodes.extend(Node(id, "register", "Person", "Eve Lund") for id in ids)
    # A way through somebody hidden, by links in view: shorter than all others.
    hidden = Node(f"register/Person/ladder{number}-hidden", "register/witness", "Person", "Eve Lund")
    nodes.append(hidden)
    links.extend((end, "FAMILY_OF", hidden.id, "register", "") for end in (ids[0], ids[5]))
    for when in ("", "2018", "2019", "2020"):
        links.append((ids[0], "FAMILY_OF", ids[1], "register", when))
        links.append((ids[0], "FAMILY_OF", ids[1], "register/witness", when))
    for middle in ids[2:5]:
        links.append((ids[1], "FAMILY_OF", middle, "register", ""))
        links.extend((middle, "FAMILY_OF", ids[5], "register", when) for when in ("", "2018", "2019", "2020"))


def _money(nodes: list[Node], links: list[tuple[str, str, str, str, str]], hidden: int) -> None:
    """Two people with accounts and transfers between those; what a hidden source tells beside it is chosen by the bits of a number:
    another account of hers, a way through an account of its own, another transfer of the same month.
    """
    payer, payee = "register/Person/payer", "register/Person/payee"
    a, b, c, deep = (f"{source}/Account/{name}" for source, name in (("register", "a"), ("bills", "b"), ("register", "c"), ("secret", "d")))
    nodes.extend((Node(payer, "register", "Person", PAYER), Node(payee, "register", "Person", "Per Dahl")))
    nodes.extend(Node(id, id.split("/")[0], "Account", id[-1]) for id in (a, b, c, deep))
    links.extend(((payer, "HAS_ACCOUNT", a, "register", ""), (payee, "HAS_ACCOUNT", c, "register", "")))
    links.extend(((a, "TRANSFERRED_TO", b, "register", "2024-03"), (b, "TRANSFERRED_TO", c, "bills", "2024-04")))
    if hidden & 1:
        links.append((payer, "HAS_ACCOUNT", b, "secret", ""))
    if hidden & 2:
        links.extend(((a, "TRANSFERRED_TO", deep, "secret", "2024-03"), (deep, "TRANSFERRED_TO", c, "secret", "2024-04")))
    if hidden & 4:
        links.append((a, "TRANSFERRED_TO", b, "secret", "2024-03"))


def requests(plan: Plan) -> Sequence[Request]:
    """One question of every kind, chosen by the plan itself; hidden ids are asked for as well."""
    digest = sha256(repr(plan).encode()).digest()
    ids = [n.id for n in plan.nodes]
    visible = [n.id for n in plan.nodes if n.compartment in VISIBLE and n.type not in ("Device", "Address")]
    hidden = [n.id for n in plan.nodes if n.compartment in HIDDEN]
    one, two = visible[digest[0] % len(visible)], visible[digest[1] % len(visible)]
    name = NAMES[digest[2] % len(NAMES)]
    return (
        Request("find", name),
        Request("find", "holm", "Person"),
        Request("show", one),
        Request("show", hidden[digest[3] % len(hidden)]),
        Request("show", name),
        Request("path", one, two, 1 + digest[4] % 4),
        Request("path", ids[digest[5] % len(ids)], two),
        Request("ids", hidden[digest[7] % len(hidden)], two),
        Request("table", "people"),
        Request("table", "organisations"),
        Request("table", "things"),
        *(Request("some", kind, ",".join(ids)) for kind in ("people", "organisations", "things")),
        Request("retired"),
        Request("retired among"),
        *(Request("known", query) for query in ("rows", "withdrawn", "bare")),
        *(Request("how", n.id) for n in plan.nodes[:3]),
        *(Request("why not", s[0], s[1]) for s in plan.same[-1:]),
        *(Request("list", kind, name) for kind in ("people", "organisations", "addresses")),
        Request("judged"),
        Request("conditions"),
        Request("run before"),
        Request("judged since"),
        *(Request("touched", n.id) for n in plan.nodes[-4:]),
        *(Request("touched link", read_id(x), x[1]) for x in plan.links[-4:]),
        *(Request("touched link", f"same/{s[0]}~{s[1]}", "SAME_AS") for s in plan.same[-2:]),
        Request("standing"),
        Request("runs"),
        Request("review"),
        *(Request("why", s[0], s[1]) for s in plan.same[:2]),
        *(Request("take back", judgement(s)["id"]) for s in plan.same if judged(s) and not {*s[2]} <= {*VISIBLE}),
        Request("record", ids[digest[6] % len(ids)]),
        Request("record", one),
        Request("sighting", "VK 1001", "XV"),
        *(Request("photo", PHOTOS[c]) for c in ("reads", "secret")),
        *(Request("verify", id) for id in [read_id(x) for x in plan.links if x[1] == "READ_BY" and x[3] in HIDDEN][:1]),
        Request("pointer", name, BORN),
        Request("pointer", "VK1001", ""),
        Request("export", one, two),
        *(Request("around", id, identity) for id in (one, two) for identity in ("none", "certain", "possible")),
        *(Request("owners", n.id, "possible") for n in plan.nodes[:4] if n.compartment in VISIBLE),
        *(Request("flow", n.id, n.id.replace("payer", "payee")) for n in plan.nodes if n.caption == PAYER),
        *(Request("common", hops, ",".join(visible)) for hops in ("1", "2")),
        *(Request("between", identity, ",".join(visible[:4])) for identity in ("certain", "possible")),
        *(Request("around hub", id) for id in (one, two)),
        Request("around", hidden[digest[8] % len(hidden)], "certain"),
        *(Request("alert facts", id, f"{a} {b}") for id, a, b in plan.facts),
        Request("alert records", ",".join(ids)),
        *(Request("alert ways", f"{ids[0]} {id}", ",".join(" ".join(fact) for fact in plan.facts)) for id in ids[1:4]),
        Request("lead names", ",".join(ids)),
        *(Request("sightings told", read_id(x)) for x in plan.links if x[1] == "READ_BY"),
        Request("analysis"),
        Request("analysis size"),
        Request("local", ",".join(visible)),
        Request("trends counted"),
        Request("trends ids"),
        Request("trends between", ",".join(ids)),
        Request("trends runs"),
        *(Request("trends bridges", f"jobrun/{c}") for c in HIDDEN),
        Request("trends first"),
        Request("trends show"),
        Request("trends point", "series-rows", "2024-01"),
        *(Request("trends point", f"series-{of}", "2024-03") for of in ("links", "hidden")),
        Request("anomalies list"),
        *(Request("anomalies show", f"months-{c}") for c in ("bills", *HIDDEN)),
        Request("job runs"),
        Request("job run before"),
        *(
            Request(f"communities {kind}", f"jobrun/{c}")
            for kind in ("list", "show", "diff", "export", "whole")
            for c in ("bills", *HIDDEN)
        ),
        *(Request("communities ends", read_id(x), x[1]) for x in plan.links[-4:]),
        *(Request("path", n.id, n.id.replace("-0", "-5"), 3) for n in plan.nodes if n.id.endswith("-0")),
    )


def read_id(link: tuple[str, str, str, str, str]) -> str:
    """The id of a link."""
    return f"{link[3].split('/')[0]}/{link[1]}/{sha256(repr(link).encode()).hexdigest()[:16]}"


def row_compartments(link: tuple[str, str, str, str, str], of: Mapping[str, str]) -> list[str]:
    """Compartments of the row that tells a link: all of its source that its table can name, those of whom it speaks among them.

    `of` are those of the entities that there are.
    """
    a, _, b, compartment, _ = link
    source = compartment.split("/")[0]
    return sorted({compartment, *(of[end] for end in (a, b) if end in of and of[end].split("/")[0] == source)})


def judged(same: tuple[str, str, tuple[str, ...], bool]) -> bool:
    """Whether somebody has judged the pair: of those that are possibly the same, half."""
    return not same[3] or sha256(repr(same).encode()).digest()[0] % 2 == 0


def judgement(same: tuple[str, str, tuple[str, ...], bool]) -> dict[str, Any]:
    """What somebody judged of a pair that is stated to be the same."""
    a, b, compartments, _ = same
    id = f"judgement/{sha256(f'{a} {b}'.encode()).hexdigest()[:16]}"
    told = {"verdict": "same", "reason": "a test", "by": "tester", "at": "2024-01-31T00:00:00.000Z", "seq_from": 1, "ended": []}
    return {"id": id, "a": a, "b": b, "compartments": list(compartments), **told}


def gone_id(compartment: str) -> str:
    """The id of what nothing tells of any more."""
    return f"{compartment.split('/')[0]}/Address/gone-{compartment.replace('/', '-')}"


class Scribe:
    """Writes plans into the one graph of the tests, in three statements each."""

    def __init__(self, graph: Graph, home: Path) -> None:
        self.graph = graph
        self.vault = Vault(home / "keys")
        self.photos = home / "photos"
        self._finisher = Finisher(load_ontology(), self.vault.digester())
        self._sealed: dict[str, tuple[bytes, str]] = {}
        self._mixed: set[str] = set()
        self._topology = Topology(home / "topology")
        self._stale = True
        self._compartments: dict[str, str] = {}

    def topology(self) -> Topology:
        """The topology in memory of what is in the graph."""
        if self._stale:
            self._topology.build(self.graph)
            self._stale = False
        return self._topology

    def write(self, plan: Plan) -> None:
        """Replace what is in the graph by this plan."""
        self._stale = True
        self.graph.statement("MATCH (n) WHERE NOT n:Migration DETACH DELETE n")
        sources = sorted({n.source for n in plan.nodes} | {x[3].split("/")[0] for x in (*plan.links, *plan.rows)} | {"register", "bills"})
        records: dict[str, dict[str, Any]] = {}
        self._compartments = {n.id: n.compartment for n in plan.nodes}
        nodes = [self._node(n, records, plan.whole) for n in plan.nodes]
        links = [self._link(x, records) for x in plan.links]
        for x in plan.rows:
            self._link(x, records)  # for its record alone
        loads = [
            {"id": f"{s}/load/1", "source": s, "status": "finished", "files": [f"{s}.csv"], "file_sha256": [f"file-{s}"], "columns": [""]}
            for s in sources
        ]
        batches = [
            {"seq": i * len(sources) + n, "load": f"{s}/load/1", "added": [], "retired": [], "changed": []}
            for i in range(plan.batches)
            for n, s in enumerate(sources, 1)
        ]
        self.graph.statement(
            """MERGE (q:Seq {id: 'seq'}) SET q.value = $seq
            WITH q UNWIND $sources AS s
            CREATE (:Source {id: s, title: 'Title of ' + s, publisher: 'Publisher of ' + s, batches: $batches_each})
            WITH DISTINCT q UNWIND $loads AS l CREATE (n:Load) SET n = l
            WITH DISTINCT q UNWIND $batches AS b CREATE (n:Batch) SET n = b
            WITH DISTINCT q UNWIND $records AS r CREATE (n:Record) SET n = r""",
            seq=len(batches),
            batches_each=plan.batches,
            sources=sources,
            loads=loads,
            batches=batches,
            records=list(records.values()),
        )
        self.graph.statement("UNWIND $rows AS row CREATE (n:Entity) SET n = row.p SET n:$(row.labels)", rows=nodes)
        self._gone(sorted({n.compartment for n in plan.nodes}))
        same = [self._same(s) for s in plan.same]
        stated = [self._statement(x, compartment) for x in plan.links if x[1] == "READ_BY" for compartment in plan.stating]
        self.graph.statement("UNWIND $rows AS row CREATE (n:Verification) SET n = row", rows=stated)
        self.graph.statement("UNWIND $rows AS row CREATE (n:Judgement) SET n = row", rows=[judgement(s) for s in plan.same if judged(s)])
        runs = [{"id": f"run/{c}", "compartments": ["bills", c], "status": "finished", "started_at": "2024-01-31"} for c in COMPARTMENTS]
        runs.append({**runs[0], "id": "run/all", "compartments": list(COMPARTMENTS), "kinds": ["people"], "conditions": "a test", "seq": 1})
        told = [run for run in runs if plan.whole or {*run["compartments"]} <= {*VISIBLE}]
        self.graph.statement("UNWIND $rows AS row CREATE (n:ResolutionRun) SET n = row", rows=told)
        self._results(plan)
        self.graph.statement(
            "UNWIND $rows AS row MATCH (a:Entity {id: row.a}) MATCH (b:Entity {id: row.b}) CREATE (a)-[r:$(row.type)]->(b) SET r = row.p",
            rows=links + same,
        )

    def _gone(self, compartments: Sequence[str]) -> None:
        """What sources have withdrawn: the refusal of a row, and an address that nothing but the row told of."""
        refusals = [{"id": f"{source}/record/rows/gone", "seq_from": 5} for source in sorted({c.split("/")[0] for c in compartments})]
        self.graph.statement("UNWIND $rows AS row CREATE (n:Refusal) SET n = row", rows=refusals)
        gone = [{"id": gone_id(c), "source": c.split("/")[0], "compartment": c, "seq_from": 1, "seq_to": 5} for c in compartments]
        self.graph.statement("UNWIND $rows AS row CREATE (n:Entity) SET n = row", rows=gone)

    def _results(self, plan: Plan) -> None:
        """Results of jobs: of each compartment one that saw it, the hidden ones the newest, and all of them naming what is hidden."""
        runs: list[dict[str, Any]] = []
        communities, changes, bridges, anomalies, series = [], [], [], [], []
        for number, c in enumerate(COMPARTMENTS):
            if not plan.whole and c in HIDDEN:
                continue
            id = f"jobrun/{c}"
            told = {"job": "groups", "kind": "communities", "status": "finished", "by": "tester", "parameters": "{}", "versions": "{}"}
            seen = {"compartments": ["bills", c], "started_at": f"2024-01-0{number + 1}", "result": "{}", "since": "jobrun/0", "seq": 1}
            runs.append({"id": id, **told, **seen})
            one = {"id": f"groups-{number}", "number": number, "run": id, "size": len(plan.listed), "things": []}
            communities.append({**one, "key": f"{id}#{number}", "members": list(plan.listed)})
            facts = [{"id": f, "a": a, "b": b, "came": True, "seq": 1, "load": None, "run": None} for f, a, b in plan.facts]
            change = {"kind": "grew", "before": [one["id"]], "after": [one["id"]], "entities": list(plan.listed), "facts": facts}
            change |= {"minimal": True, "because": "records", "why_not": None}
            changes.append({"run": id, "number": 0, "kind": "grew", "communities": [one["id"]], "told": json.dumps(change)})
            month = {**runs[-1], "id": f"trendrun/{c}", "job": "months", "kind": "trends"}
            runs.append(month)
            bridges.append({"run": id, "a": [plan.listed[0]], "b": [plan.listed[-1]]})
            about = {
                "kind": "new_bridge",
                "month": "2024-03",
                "about": {},
                "entities": list(plan.listed),
                "facts": facts,
                "total": len(facts),
            }
            numbers = {"communities": [one["id"], one["id"]], "members": [1, 1]}
            stored = {"key": f"{month['id']}#0", "number": 0, "run": month["id"]}
            told_anomaly = {"kind": "new_bridge", "first": month["id"], "told": json.dumps({**about, "numbers": numbers})}
            anomalies += [
                {**stored, "id": f"months-{c}", "entities": list(plan.listed), **told_anomaly},
                {**stored, "key": f"{month['id']}#1", "number": 1, "id": "months-all", "entities": [], **told_anomaly},
            ]
            links = {"of": "links", "type": "TRANSFERRED_TO", "first": "2024-03"}
            for place, (name, its) in enumerate(
                (
                    ("rows", {"of": "rows", "source": "register", "table": "rows", "first": "2024-01"}),
                    ("links", {**links, "source": "register"}),
                    ("hidden", {**links, "source": "secret"}),
                )
            ):
                series.append(
                    {**stored, **its, "number": place, "id": f"series-{name}", "counts": [number], "key": f"{month['id']}#{name}"}
                )
        self.graph.statement("UNWIND $rows AS row CREATE (n:CommunityBridge) SET n = row", rows=bridges)
        self.graph.statement("UNWIND $rows AS row CREATE (n:Anomaly) SET n = row", rows=anomalies)
        self.graph.statement("UNWIND $rows AS row CREATE (n:Trend) SET n = row", rows=series)
        self.graph.statement("UNWIND $rows AS row CREATE (n:JobRun) SET n = row", rows=runs)
        self.graph.statement("UNWIND $rows AS row CREATE (n:Community) SET n = row", rows=communities)
        self.graph.statement("UNWIND $rows AS row CREATE (n:CommunityChange) SET n = row", rows=changes)

    def record_ids(self) -> list[str]:
        """Of every record that was ever written, but for rows that speak of somebody hidden beside what is in view: as their source
        gave them such rows are in view, and would be without whom is hidden, telling less.
        """
        return sorted(self._sealed.keys() - self._mixed)

    def record_id(self, about: str, compartment: str) -> str:
        return self._record(about, compartment)["id"]

    def _record(self, about: str, compartment: str) -> dict[str, Any]:
        source = compartment.split("/")[0]
        raw = f"row about {about} of {compartment}".encode()
        digest = sha256(raw).hexdigest()
        key = sha256(about.encode()).hexdigest()[:8]
        id = f"{source}/record/rows/{key}@{digest[:12]}"
        if id not in self._sealed:
            self._sealed[id] = (self.vault.seal(source, expiry_month(EXPIRES), id, raw), digest)
        return {
            "id": id, "source": source, "compartments": [compartment], "table": "rows", "key": key, "version": 1,
            "load": f"{source}/load/1", "as_of": ["2024-01-31"],
            "file_sha256": f"file-{source}", "line": 2, "sha256": digest, "raw": self._sealed[id][0],
            "expires_at": EXPIRES, "spec": "spec", "seq_from": 1,
        }  # fmt: skip

    def _node(self, n: Node, records: dict[str, dict[str, Any]], whole: bool) -> dict[str, Any]:
        p: dict[str, Any] = {"id": n.id, "source": n.source, "compartment": n.compartment, "type": n.type, "seq_from": 1}
        own = self._record(n.id, n.compartment)
        gone = {**self._record(f"earlier {n.id}", n.compartment), "seq_to": 1}
        records.update({one["id"]: one for one in (own, gone)})
        listed = [own["id"]]
        if n.odd and n.type == "Person":
            # What a load never writes either: a source in view that calls a hidden one its own.
            p["source"] = "secret"
        if n.odd:
            hidden = self._record(f"odd {n.id}", "secret")
            listed.append(hidden["id"])
            if whole:
                records[hidden["id"]] = hidden
        declared = load_ontology().entities[n.type]
        if n.type == "Vehicle":
            p.update(registrationNumber="VK1001", jurisdiction="XV", caption="VK1001")
        else:
            p["caption"] = n.caption
            if "name" in declared.properties:
                p["name"] = [n.caption]
            if n.type == "Person":
                p["birthDate"] = BORN
            if n.type == "Company":
                p.update(registrationNumber=NUMBER, jurisdiction="XV")
            if n.type == "Address":
                p.update(full=n.caption, city="Havn")
        if not declared.attribute:
            p["records"] = listed
        return {"p": self._finisher.finish(n.id, n.type, p), "labels": [*load_ontology().labels(n.type), label(n.compartment)]}

    def _link(self, x: tuple[str, str, str, str, str], records: dict[str, dict[str, Any]]) -> dict[str, Any]:
        a, kind, b, compartment, when = x
        id = read_id(x)
        own = self._record(id, compartment)
        own["compartments"] = row_compartments(x, self._compartments)
        records[own["id"]] = own
        if {*own["compartments"]} & {*VISIBLE} and {*own["compartments"]} & {*HIDDEN}:
            self._mixed.add(own["id"])
        p: dict[str, Any] = {"id": id, "source": own["source"], "compartment": compartment, "records": [own["id"]], "seq_from": 1}
        if kind == "READ_BY":
            p.update(at=f"{when}T10:00:00Z", photoOverview=PHOTOS[compartment], photoPlate=PHOTOS[compartment], confidence=0.9)
        elif kind == "TRANSFERRED_TO":
            p.update(at=f"{when}-05T10:00:00.000Z", amount=100_00 + len(compartment), amount_currency="NOK")
        elif when:
            p["valid_from"] = when
        return {"a": a, "b": b, "type": kind, "p": p}

    @staticmethod
    def _statement(x: tuple[str, str, str, str, str], compartment: str) -> dict[str, Any]:
        photo = PHOTOS[x[3]]
        return {
            "id": f"{read_id(x)}/verification/{compartment}", "sighting": read_id(x), "compartment": compartment,
            "number": len(compartment), "decision": "confirmed", "decided_by": "tester", "decided_at": "2024-07-01T09:00:00Z",
            "photo_overview": photo, "photo_plate": photo,
        }  # fmt: skip

    @staticmethod
    def _same(s: tuple[str, str, tuple[str, ...], bool]) -> dict[str, Any]:
        a, b, compartments, possible = s
        weighed = {"name": "chance", "level": "two_at_random", "bits": -20.0, "a": "", "b": ""}
        evidence = {"comparisons": [weighed], "corroborated_by": ["phone"], "name_share": None, "contradicted": False}
        by_rule = len(a + b) % 2
        p = {
            "id": f"{'possible' if possible else 'same'}/{a}~{b}", "decision": "possible" if possible else "same",
            "method": "exact-identifier" if by_rule else "resolution", "decided_by": "graphsvc",
            "evidence": json.dumps({"rule": "a test"} if by_rule else evidence), "compartments": list(compartments), "seq_from": 1,
            **({} if by_rule else {"model": "a test", "bits": 9.0, "score": 0.998, "run": "run/1"}),
        }  # fmt: skip
        return {"a": a, "b": b, "type": "POSSIBLY_SAME" if possible else "SAME_AS", "p": p}
