"""Every route and every command, by what it does: the table that a new one must be entered into, with how to call it.

Calls take the deployment, for its ids, and do what must have happened before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import quote

from graphsvc.errors import InquiryMissing
from graphsvc.graph.view import Operation
from graphsvc.inquiry.later import LaterAnswers
from graphsvc.inquiry.office import Office, open_office
from graphsvc.loading.specfile import load_source
from graphsvc.policy.subject import Asked
from tests.accountability.deployment import Deployment
from tests.people import CASE, HEAD, OPEN, REASON

ADA, BO, DEEP = "register/person/ada", "phones/person/bo", "secret/person/ada"
HOLM, DEEP_HOLDING = "register/company/holm", "secret/company/deep"
OPENING: dict[str, Any] = {"purpose": "investigation", "case": CASE, "reason": REASON}
OPEN_IT = [part for name, value in OPENING.items() for part in (f"--{name}", value)]

Call = tuple[str, str, dict[str, Any]]  # method, path, and what httpx takes besides


@dataclass(frozen=True)
class Reading:
    """A route that reads case data: `operation` is its name in the log, `view` what it is permitted as.

    `hidden` asks for what only a sealed source has; without it, `ask` fits something in a sealed source as well.
    """

    operation: str
    view: Operation
    ask: Callable[[Deployment], Call]
    hidden: Callable[[Deployment], Call] | None = None
    kind: str = "answered"


@dataclass(frozen=True)
class Command:
    """A command that reads case data; `file` is the name of the file that it writes, at the path that is its last argument."""

    operation: str
    view: Operation
    ask: Callable[[Deployment], list[str]]
    hidden: Callable[[Deployment], list[str]] | None = None
    takes_reason: bool = False
    file: str | None = None
    kind: str = "answered"


@dataclass(frozen=True)
class Act:
    """What acts on the deployment, or looks at what others did. `refused` says who must not, and with what call; None: nobody is."""

    operation: str
    call: Callable[[Deployment], Any]
    by: str = "root"
    kinds: tuple[str, ...] = ("asked", "changed")
    refused: tuple[str, Callable[[Deployment], Any] | None] | None = ("ann", None)
    given: Callable[[Deployment], str] = lambda d: ""


def get(path: str, **params: str) -> Callable[[Deployment], Call]:
    return lambda d: ("GET", path, {"params": params})


def named(prefix: str, of: str) -> Callable[[Deployment], Call]:
    return lambda d: ("GET", f"{prefix}/{quote(d.ids.get(of, of), safe='')}", {})


def asking(path: str, **body: Any) -> Callable[[Deployment], Call]:
    return lambda d: ("POST", f"/v1/{path}", {"json": body})


def posting(path: str) -> Callable[[Deployment], Call]:
    return lambda d: ("POST", f"/v1/{path}", {})


def state(of: str) -> Callable[[Deployment], Call]:
    return lambda d: ("POST", f"/v1/sightings/{quote(d.ids[of], safe='')}/verifications", {"json": {"decision": "confirmed"}})


_RUNS, _JUDGEMENTS, _SEALED = count(), count(), count()  # each can be taken back once


def rejecting(of: str) -> Callable[[Deployment], Call]:
    body = {"a": of, "b": ADA, "verdict": "never", "reason": "seen at the office"}
    return lambda d: ("POST", "/v1/identity/judgements", {"json": body})


def taking_back(of: str, word: str) -> Call:
    kind, _, id = of.partition("/")
    return "POST", f"/v1/identity/{kind}/{quote(id, safe='')}/{word}", {"json": {"reason": "a slip"}}


def cancelling(run: str) -> Callable[[Deployment], Call]:
    return lambda d: ("POST", f"/v1/jobs/runs/{run}/cancel", {})


def words(*typed: str) -> Callable[[Deployment], list[str]]:
    """The words of a command, ids filled in."""
    return lambda d: [d.ids.get(word, word) for word in typed]


# Two sources tell of Bo and that phone, a sealed one too.
SCREENED = [{"name": "Ada Holm", "birth_date": "1971-03"}, {"name": "Bo Nilsen", "phone": "+4755501234"}]


def listed(d: Deployment, *more: str) -> list[str]:
    """The words that screen a list in a file."""
    file = d.settings.home.parent / "list.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in SCREENED))
    return ["match", str(file), "--json", *more]


def paired(d: Deployment) -> list[str]:
    """The words that ask about the pairs in a file."""
    file = d.settings.home.parent / "pairs.csv"
    file.write_text(f"from,to\n{ADA},{BO}\n{BO},{ADA}\n")
    return ["path", "--pairs", str(file), "--json"]


def reconciling(path: str, **params: str) -> Callable[[Deployment], Call]:
    """A call of OpenRefine's, whose URL has a ticket of ann's."""

    def call(d: Deployment) -> Call:
        made = at_the_office(d, lambda office: office.tickets.make(d.inquiry, office.users.get("ann")))
        return "GET", f"/v1/reconcile/{made[0]}{path}", {"params": params}

    return call


BATCH = json.dumps({"q0": {"query": "Bo Nilsen", "type": "Person", "properties": [{"pid": "phone", "v": "+4755501234"}]}})


def posting_batch(d: Deployment) -> Call:
    return "POST", reconciling("")(d)[1], {"data": {"queries": BATCH}}


def fetching(d: Deployment) -> Call:
    """A call for an answer of ann's that is there."""

    def kept(office: Office) -> str:
        ann = office.users.get("ann")
        view = office.policies.judge_at().permissions(ann.subject(), Asked("investigation", datetime.now(UTC), None)).view("paths")
        answers = LaterAnswers(office.engine, office.inquiries)
        id = answers.begin(ann, d.inquiry, "path", "paths", ()).id
        answers.end(id, "finished", body=json.dumps({"seen": view.compartments}), batches=1)
        return id

    return "GET", f"/v1/answers/{at_the_office(d, kept)}/result", {}


# For an agency that has nobody here, so that it reaches nobody.
_MEMO: dict[str, Any] = {"title": "A memo", "agencies": ["veldmark_fiu"]}
_PUBLISH = ("leads", "publish", "--title", "A memo", "--agency", "veldmark_fiu", "--json", "--about")


READING_ROUTES: Mapping[str, Reading] = {
    "GET /v1/entities": Reading("find", "search", get("/v1/entities", q="Ada Holm")),
    "GET /v1/entities/{id:path}": Reading("show", "search", named("/v1/entities", ADA), named("/v1/entities", DEEP)),
    "GET /v1/records/{id:path}": Reading("record", "exact", named("/v1/records", "a_record"), named("/v1/records", "sealed_record")),
    "POST /v1/paths": Reading("path", "paths", lambda d: ("POST", "/v1/paths", {"json": {"from": ADA, "to": BO}})),
    "POST /v1/around": Reading("around", "search", asking("around", entity=ADA), asking("around", entity=DEEP)),
    "POST /v1/owners": Reading("owners", "paths", asking("owners", entity=HOLM), asking("owners", entity=DEEP_HOLDING)),
    "POST /v1/owned-by": Reading("owned_by", "paths", asking("owned-by", entity=BO), asking("owned-by", entity=DEEP)),
    "POST /v1/flows": Reading("flow", "paths", asking("flows", **{"from": ADA, "to": BO}), asking("flows", **{"from": DEEP, "to": BO})),
    "POST /v1/common": Reading("common", "paths", asking("common", entities=[ADA, BO])),
    "POST /v1/between": Reading("between", "paths", asking("between", entities=[ADA, BO, "bills/person/cy"])),
    "POST /v1/paths/batch": Reading("path.batch", "paths", asking("paths/batch", pairs=[{"from": ADA, "to": BO}])),
    "GET /v1/answers/{id}/result": Reading("answer", "paths", fetching),
    "GET /v1/sightings": Reading("sighting", "exact", get("/v1/sightings", number="VK1001", jurisdiction="XV")),
    "POST /v1/sightings/{id:path}/verifications": Reading(
        "sighting.verify", "exact", state("a_sighting"), state("sealed_sighting"), kind="decided"
    ),
    "GET /v1/photos/{sha256}": Reading("photo", "exact", named("/v1/photos", "a_photo"), named("/v1/photos", "sealed_photo")),
    "GET /v1/identity/decisions": Reading(
        "why",
        "search",
        get("/v1/identity/decisions", a=ADA, b="bills/person/cy"),
        get("/v1/identity/decisions", a=ADA, b=DEEP),
    ),
    "GET /v1/identity/decisions/chart": Reading(
        "why.chart",
        "search",
        get("/v1/identity/decisions/chart", a=ADA, b="bills/person/cy"),
        get("/v1/identity/decisions/chart", a=ADA, b=DEEP),
        kind="exported",
    ),
    "GET /v1/identity/differences": Reading(
        "why_not",
        "search",
        get("/v1/identity/differences", a=ADA, b="bills/person/cy"),
        get("/v1/identity/differences", a=ADA, b=DEEP),
    ),
    "GET /v1/identity/clusters/{id:path}": Reading(
        "how",
        "search",
        lambda d: ("GET", f"/v1/identity/clusters/{quote(ADA, safe='')}", {}),
        lambda d: ("GET", f"/v1/identity/clusters/{quote(DEEP, safe='')}", {}),
    ),
    "GET /v1/identity/candidates": Reading("resolve.review", "resolve", get("/v1/identity/candidates")),
    "GET /v1/identity/runs": Reading("resolve.list", "resolve", get("/v1/identity/runs")),
    "POST /v1/identity/judgements": Reading("resolve.reject", "resolve", rejecting("bills/person/cy"), rejecting(DEEP), kind="decided"),
    "POST /v1/identity/judgements/{id:path}/end": Reading(
        "resolve.take_back",
        "resolve",
        lambda d: taking_back(f"judgements/judgement/{next(_JUDGEMENTS)}", "end"),
        lambda d: taking_back(f"judgements/judgement/sealed{next(_SEALED)}", "end"),
        kind="decided",
    ),
    "POST /v1/identity/runs/{id:path}/undo": Reading(
        "resolve.undo",
        "resolve",
        lambda d: taking_back(f"runs/run/{next(_RUNS)}", "undo"),
        lambda d: taking_back(f"runs/run/sealed{next(_SEALED)}", "undo"),
        kind="decided",
    ),
    "GET /v1/communities": Reading("communities.list", "analytics", get("/v1/communities", job="groups")),
    "GET /v1/communities/changes": Reading("communities.diff", "analytics", get("/v1/communities/changes", job="groups")),
    "GET /v1/communities/{id:path}": Reading(
        "communities.show", "analytics", named("/v1/communities", "groups-1"), named("/v1/communities", "sealed-1")
    ),
    "GET /v1/trends": Reading("trends.show", "analytics", get("/v1/trends", job="months")),
    "GET /v1/trends/{id}": Reading(
        "trends.point",
        "analytics",
        get("/v1/trends/open", job="months", month="2024-01"),
        get("/v1/trends/sealed", job="months", month="2024-01"),
    ),
    "GET /v1/anomalies": Reading("anomalies.list", "analytics", get("/v1/anomalies", job="months")),
    "GET /v1/anomalies/{id}": Reading(
        "anomalies.show", "analytics", named("/v1/anomalies", "months-open"), named("/v1/anomalies", "months-sealed")
    ),
    "GET /v1/jobs/{name}/runs": Reading("jobs.history", "analytics", get("/v1/jobs/groups/runs")),
    "GET /v1/jobs/runs/{id}": Reading("jobs.show", "analytics", named("/v1/jobs/runs", "run_open"), named("/v1/jobs/runs", "run_sealed")),
    "POST /v1/jobs/runs/{id}/cancel": Reading(
        "jobs.cancel", "analytics", cancelling("run_going"), cancelling("run_sealed_going"), kind="decided"
    ),
    "POST /v1/watches/{id}/test": Reading("watch.test", "search", posting("watches/wat_open/test"), posting("watches/wat_sealed/test")),
    "GET /v1/alerts": Reading("alerts.list", "search", get("/v1/alerts")),
    "GET /v1/alerts/{id}": Reading("alerts.show", "search", named("/v1/alerts", "alr_open"), named("/v1/alerts", "alr_sealed")),
    "POST /v1/alerts/{id}/acknowledge": Reading(
        "alerts.acknowledge", "search", posting("alerts/alr_open/acknowledge"), posting("alerts/alr_sealed/acknowledge"), kind="decided"
    ),
    "POST /v1/alerts/{id}/dismiss": Reading(
        "alerts.dismiss",
        "search",
        asking("alerts/alr_open_aside/dismiss", reason="a namesake"),
        asking("alerts/alr_sealed_aside/dismiss", reason="a namesake"),
        kind="decided",
    ),
    "POST /v1/leads": Reading(
        "leads.publish", "share", asking("leads", **_MEMO, about=[ADA]), asking("leads", **_MEMO, about=[DEEP]), kind="decided"
    ),
    "GET /v1/leads": Reading("leads.list", "search", get("/v1/leads")),
    "GET /v1/leads/{id}": Reading("leads.show", "search", named("/v1/leads", "led_open"), named("/v1/leads", "led_sealed")),
    "POST /v1/match": Reading("match", "screen", lambda d: ("POST", "/v1/match", {"json": {"rows": SCREENED}})),
    "GET /v1/pointers": Reading("pointer", "pointer", get("/v1/pointers", text="Eva Strand", born="1980-02-03")),
}


# Those that a ticket in the URL opens, which stands for a user and an inquiry; `tests/screening/test_reconcile.py` has more of them.
TICKET_ROUTES: Mapping[str, Reading] = {
    "GET /v1/reconcile/{ticket}": Reading("reconcile", "screen", reconciling("", queries=BATCH)),
    "POST /v1/reconcile/{ticket}": Reading("reconcile", "screen", posting_batch),
    "GET /v1/reconcile/{ticket}/suggest/entity": Reading("reconcile.suggest", "search", reconciling("/suggest/entity", prefix="Ada Holm")),
    "GET /v1/reconcile/{ticket}/preview": Reading(
        "reconcile.preview", "search", reconciling("/preview", id=ADA), reconciling("/preview", id=DEEP)
    ),
}


def tested(id: str) -> Callable[[Deployment], list[str]]:
    """The words that look at a watch, under the inquiry of who looks."""
    return lambda d: ["watch", "test", id, "--inquiry", own_inquiry(d), "--json"]


def _judged(word: str, of: str) -> list[str]:
    """Two people whom nothing joins, so that the judgement changes no other answer."""
    return ["resolve", word, of, "register/person/ada", "--reason", "seen at the office", "--json"]


_VERIFY = ("--decision", "confirmed", "--json")
READING_COMMANDS: Mapping[str, Command] = {
    "find": Command("find", "search", words("find", "Ada Holm", "--json"), takes_reason=True),
    "show": Command("show", "search", words("show", ADA, "--json"), words("show", DEEP, "--json"), takes_reason=True),
    "path": Command("path", "paths", words("path", ADA, BO, "--json"), takes_reason=True),
    "path --pairs": Command("path.batch", "paths", paired, takes_reason=True),
    "path --html": Command("path", "paths", words("path", ADA, BO, "--json", "--html"), file="html", kind="exported"),
    "around": Command("around", "search", words("around", ADA, "--json"), words("around", DEEP, "--json"), takes_reason=True),
    "owners": Command("owners", "paths", words("owners", HOLM, "--json"), words("owners", DEEP_HOLDING, "--json"), takes_reason=True),
    "owned-by": Command("owned_by", "paths", words("owned-by", BO, "--json"), words("owned-by", DEEP, "--json"), takes_reason=True),
    "flow": Command("flow", "paths", words("flow", ADA, BO, "--json"), words("flow", DEEP, BO, "--json"), takes_reason=True),
    "common": Command("common", "paths", words("common", ADA, BO, "--json"), takes_reason=True),
    "between": Command("between", "paths", words("between", ADA, BO, "--json"), takes_reason=True),
    "between --html": Command("between", "paths", words("between", ADA, BO, "--json", "--html"), file="html", kind="exported"),
    "record": Command(
        "record", "exact", words("record", "a_record", "--json"), words("record", "sealed_record", "--json"), takes_reason=True
    ),
    "sighting": Command("sighting", "exact", words("sighting", "VK1001", "--jurisdiction", "XV", "--json"), takes_reason=True),
    "sighting-verify": Command(
        "sighting.verify",
        "exact",
        words("sighting-verify", "a_sighting", *_VERIFY),
        words("sighting-verify", "sealed_sighting", *_VERIFY),
        takes_reason=True,
        kind="decided",
    ),
    "photo": Command(
        "photo", "exact", words("photo", "a_photo", "--out"), words("photo", "sealed_photo", "--out"), takes_reason=True, file="photo"
    ),
    "why": Command("why", "search", words("why", ADA, "bills/person/cy", "--json"), words("why", ADA, DEEP, "--json")),
    # Organisations: of those in the tests' graph no two are the same, so that the graph stays as it is.
    "why --svg": Command(
        "why",
        "search",
        words("why", ADA, "bills/person/cy", "--json", "--svg"),
        words("why", ADA, DEEP, "--json", "--svg"),
        file="svg",
        kind="exported",
    ),
    "why-not": Command("why_not", "search", words("why-not", ADA, "bills/person/cy", "--json"), words("why-not", ADA, DEEP, "--json")),
    "how": Command("how", "search", words("how", ADA, "--json"), words("how", DEEP, "--json")),
    "resolve run": Command("resolve.run", "resolve", words("resolve", "run", "--type", "organisations", "--json"), kind="decided"),
    "resolve review": Command("resolve.review", "resolve", words("resolve", "review", "--json")),
    "resolve accept": Command(
        "resolve.accept", "resolve", words(*_judged("accept", "bills/person/cy")), words(*_judged("accept", DEEP)), kind="decided"
    ),
    "resolve reject": Command(
        "resolve.reject", "resolve", words(*_judged("reject", "bills/person/cy")), words(*_judged("reject", DEEP)), kind="decided"
    ),
    "resolve take-back": Command(
        "resolve.take_back",
        "resolve",
        lambda d: ["resolve", "take-back", f"judgement/{next(_JUDGEMENTS)}", "--reason", "a slip", "--json"],
        lambda d: ["resolve", "take-back", f"judgement/sealed{next(_SEALED)}", "--reason", "a slip", "--json"],
        kind="decided",
    ),
    "resolve list": Command("resolve.list", "resolve", words("resolve", "list", "--json")),
    "resolve undo": Command(
        "resolve.undo",
        "resolve",
        lambda d: ["resolve", "undo", f"run/{next(_RUNS)}", "--reason", "the model was wrong", "--json"],
        lambda d: ["resolve", "undo", f"run/sealed{next(_SEALED)}", "--reason", "the model was wrong", "--json"],
        kind="decided",
    ),
    "jobs run": Command("jobs.run", "analytics", lambda d: ["jobs", "run", "tiny", "--inquiry", own_inquiry(d), "--json"]),
    "jobs history": Command("jobs.history", "analytics", words("jobs", "history", "groups", "--json")),
    "jobs show": Command(
        "jobs.show", "analytics", words("jobs", "show", "run_open", "--json"), words("jobs", "show", "run_sealed", "--json")
    ),
    "jobs cancel": Command(
        "jobs.cancel",
        "analytics",
        words("jobs", "cancel", "run_going", "--json"),
        words("jobs", "cancel", "run_sealed_going", "--json"),
        kind="decided",
    ),
    "communities list": Command("communities.list", "analytics", words("communities", "list", "--job", "groups", "--json")),
    "communities show": Command(
        "communities.show",
        "analytics",
        words("communities", "show", "groups-1", "--json"),
        words("communities", "show", "sealed-1", "--json"),
    ),
    "communities diff": Command("communities.diff", "analytics", words("communities", "diff", "--job", "groups", "--json")),
    "communities export": Command(
        "communities.export",
        "analytics",
        words("communities", "export", "--job", "groups", "--json", "--out"),
        file="csv",
        kind="exported",
    ),
    "watch test": Command("watch.test", "search", tested("wat_open"), tested("wat_sealed"), takes_reason=True),
    "alerts list": Command("alerts.list", "search", words("alerts", "list", "--json"), takes_reason=True),
    "alerts show": Command(
        "alerts.show",
        "search",
        words("alerts", "show", "alr_open", "--json"),
        words("alerts", "show", "alr_sealed", "--json"),
        takes_reason=True,
    ),
    "alerts acknowledge": Command(
        "alerts.acknowledge",
        "search",
        words("alerts", "acknowledge", "alr_open", "--json"),
        words("alerts", "acknowledge", "alr_sealed", "--json"),
        takes_reason=True,
        kind="decided",
    ),
    "alerts dismiss": Command(
        "alerts.dismiss",
        "search",
        words("alerts", "dismiss", "alr_open_aside", "--reason", "a namesake", "--json"),
        words("alerts", "dismiss", "alr_sealed_aside", "--reason", "a namesake", "--json"),
        takes_reason=True,
        kind="decided",
    ),
    "leads publish": Command("leads.publish", "share", words(*_PUBLISH, ADA), words(*_PUBLISH, DEEP), takes_reason=True, kind="decided"),
    "leads list": Command("leads.list", "search", words("leads", "list", "--json"), takes_reason=True),
    "leads show": Command(
        "leads.show",
        "search",
        words("leads", "show", "led_open", "--json"),
        words("leads", "show", "led_sealed", "--json"),
        takes_reason=True,
    ),
    "trends show": Command("trends.show", "analytics", words("trends", "show", "--job", "months", "--json")),
    "trends show --series": Command(
        "trends.point",
        "analytics",
        words("trends", "show", "--job", "months", "--series", "open", "--month", "2024-01", "--json"),
        words("trends", "show", "--job", "months", "--series", "sealed", "--month", "2024-01", "--json"),
    ),
    "anomalies list": Command("anomalies.list", "analytics", words("anomalies", "list", "--job", "months", "--json")),
    "anomalies show": Command(
        "anomalies.show",
        "analytics",
        words("anomalies", "show", "months-open", "--json"),
        words("anomalies", "show", "months-sealed", "--json"),
    ),
    "match": Command("match", "screen", listed, takes_reason=True),
    "match --out": Command("match", "screen", lambda d: listed(d, "--out"), takes_reason=True, file="out", kind="exported"),
    "pointer": Command("pointer", "pointer", words("pointer", "Eva Strand", "--born", "1980-02-03", "--json")),
}

# Past every view, for operators with an open inquiry: operation, words, stdin. Without `--lines`, `db hash` is one number.
UNRESTRICTED: Mapping[str, tuple[str, list[str], str]] = {
    "db console": ("db.console", ["db", "console"], "MATCH (n:Entity) RETURN n.id AS id ORDER BY id"),
    "db hash": ("db.hash.lines", ["db", "hash", "--lines"], ""),
}


def at_the_office(d: Deployment, do: Callable[[Office], Any]) -> Any:
    with open_office(d.settings) as office:
        return do(office)


def untrained(d: Deployment) -> None:
    """From now on, the training of `new` is over."""
    d.acts_as("root")
    at_the_office(d, lambda office: office.update_user("new", {"trained_until": date(2000, 1, 1)}))


def tomorrow() -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)


def own_inquiry(d: Deployment) -> str:
    """The open inquiry of whom the machine acts as; that of ann for somebody who has none."""

    def own(office: Office) -> str:
        try:
            return office.inquiries.current(office.this_user()).id
        except InquiryMissing:
            return d.inquiry

    return str(at_the_office(d, own))


def requested(d: Deployment) -> str:
    """The id of a standing inquiry that ann asks for."""
    asked = at_the_office(d, lambda office: office.request_standing(office.users.get("ann"), until=tomorrow(), **OPENING))
    return str(asked["id"])


def standing(d: Deployment) -> str:
    """The id of a standing inquiry of ann's that sven has approved."""
    id = requested(d)
    at_the_office(d, lambda office: office.decide_standing(office.users.get("sven"), id, approve=True))
    return id


def putting(d: Deployment) -> Call:
    """A job that ann sets."""
    return "PUT", "/v1/jobs/nightly", {"json": {"kind": "communities", "inquiry": standing(d), "cron": "30 2 * * *"}}


def running(d: Deployment) -> Call:
    """The run that ann asks for, of a job of hers."""
    inquiry = standing(d)
    at_the_office(d, lambda office: office.schedules.put(office.users.get("ann"), "wanted", "communities", inquiry, None, {}))
    return "POST", "/v1/jobs/wanted/runs", {}


def removing(d: Deployment) -> Call:
    """The job that ann takes away again."""
    inquiry = standing(d)
    at_the_office(d, lambda office: office.schedules.put(office.users.get("ann"), "gone", "communities", inquiry, None, {}))
    return "DELETE", "/v1/jobs/gone", {}


def disabled(d: Deployment) -> None:
    at_the_office(d, lambda office: office.set_active("new", active=False))


def _after(before: Callable[[Deployment], Any], *typed: str) -> Callable[[Deployment], list[str]]:
    def call(d: Deployment) -> list[str]:
        before(d)
        return list(typed)

    return call


def _decide(word: str, *more: str) -> Callable[[Deployment], list[str]]:
    return lambda d: ["inquiry", word, requested(d), *more]


def _source(d: Deployment) -> list[str]:
    """A source that can be loaded, its policy in force already: the load has to see for itself who loads."""
    folder = d.settings.home.parent / "tiny"
    folder.mkdir()
    (folder / "source.yaml").write_text(
        "id: tiny\ntitle: Tiny\npublisher: a test\nlicence: none\nas_of: {file_name: '-(\\d{4}-\\d{2}-\\d{2})\\.'}\ntables:\n"
        "  people: {files: ['people-*.csv'], format: {kind: csv}, key: [number], entities: "
        "{it: {type: Person, key: [number], properties: {name: name}}}}\n"
    )
    (folder / "policy.yaml").write_text(HEAD + OPEN)
    rows = folder / "people-2024-06-30.csv"
    rows.write_text("number,name\n1,Una Tinystad\n")
    at_the_office(d, lambda office: office.register_policy("tiny", load_source(folder).policy))
    return ["load", str(folder), str(rows)]


def _pictures(d: Deployment) -> list[str]:
    picture = d.settings.home.parent / "one.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\nanother")
    return ["photos-add", "reads", str(picture)]


_LOOKED = ("asked", "looked")
ACTING_COMMANDS: Mapping[str, Act] = {
    "user add": Act("user.add", words("user", "add", "zoe", "--name", "Zoe", "--agency", "veldmark_police", "--role", "analyst")),
    "user update": Act("user.update", words("user", "update", "new", "--name", "Newer")),
    "user disable": Act("user.disable", words("user", "disable", "new")),
    "user enable": Act("user.enable", _after(disabled, "user", "enable", "new"), refused=("ann", words("user", "enable", "new"))),
    "user key": Act("user.key", words("user", "key", "new")),
    "user key --revoke": Act(
        "user.key.revoke",
        lambda d: ["user", "key", "new", "--revoke", at_the_office(d, lambda office: office.keys.list("new")[0].id)],
    ),
    "user me": Act(
        "user.me", words("user", "me", "--set"), by="new", given=lambda d: d.keys["new"], refused=("ann", words("user", "me", "--set"))
    ),
    "inquiry open": Act(
        "inquiry.open",
        words("inquiry", "open", *OPEN_IT),
        by="ann",
        refused=("new", _after(untrained, "inquiry", "open", *OPEN_IT)),
    ),
    "inquiry request": Act(
        "inquiry.request",
        lambda d: ["inquiry", "request", *OPEN_IT, "--until", tomorrow().strftime("%Y-%m-%dT%H:%M:%S")],
        by="ann",
        refused=("new", lambda d: [untrained(d) or "inquiry", "request", *OPEN_IT, "--until", "2099-01-01"]),  # type: ignore[func-returns-value]
    ),
    "inquiry approve": Act("inquiry.approve", _decide("approve"), by="sven"),
    "inquiry reject": Act("inquiry.reject", _decide("reject", "--reason", "no case of ours"), by="sven"),
    "inquiry ticket": Act("inquiry.ticket", lambda d: ["inquiry", "ticket", d.inquiry], by="ann", refused=("new", None)),
    "inquiry close": Act("inquiry.close", lambda d: ["inquiry", "close", d.inquiry], by="ann", refused=("new", None)),
    "inquiry list --all": Act("inquiry.list", words("inquiry", "list", "--all"), by="olga", kinds=_LOOKED, refused=None),
    "watch add": Act("watch.add", lambda d: ["watch", "add", "--inquiry", standing(d), "--entity", ADA], by="ann", refused=("new", None)),
    "watch remove": Act("watch.remove", words("watch", "remove", "wat_open"), by="ann", refused=None),
    "leads withdraw": Act("leads.withdraw", words("leads", "withdraw", "led_own", "--reason", "a namesake"), by="ann", refused=None),
    "leads mail": Act("leads.mail", words("leads", "mail", "--off"), by="ann", refused=None),
    "policy register": Act("policy.register", words("policy", "register", "company_register")),
    "load": Act("load", _source, kinds=("asked", "loaded")),
    "load list": Act("load.list", words("load", "list"), kinds=_LOOKED),
    "load show": Act("load.show", words("load", "show", "register/load/1"), kinds=_LOOKED),
    "photos-add": Act("photos.add", _pictures, kinds=("asked", "loaded")),
    "audit search": Act("audit.search", words("audit", "search", "--user", "ann"), by="olga", kinds=("looked",)),
    "audit prove": Act("audit.prove", words("audit", "prove", "0"), by="olga", kinds=("looked",)),
    "audit purge": Act(
        "audit.purge",
        words("audit", "purge", "--user", "ann", "--rule", "Police Data Act, section 9", "--yes"),
        kinds=("asked", "purged", "changed"),
    ),
    "audit rotate-key": Act("audit.rotate", words("audit", "rotate-key"), kinds=("asked", "rotated", "changed")),
}

ACTING_ROUTES: Mapping[str, Act] = {
    "POST /v1/inquiries": Act(
        "inquiry.open",
        lambda d: ("POST", "/v1/inquiries", {"json": OPENING}),
        by="ann",
        refused=("new", lambda d: ("POST", "/v1/inquiries", {"json": OPENING if untrained(d) is None else {}})),  # type: ignore[func-returns-value]
    ),
    "POST /v1/inquiries/{id}/close": Act(
        "inquiry.close", lambda d: ("POST", f"/v1/inquiries/{d.inquiry}/close", {}), by="ann", refused=("new", None)
    ),
    "POST /v1/inquiries/{id}/ticket": Act(
        "inquiry.ticket", lambda d: ("POST", f"/v1/inquiries/{d.inquiry}/ticket", {}), by="ann", refused=("new", None)
    ),
    "POST /v1/inquiries/{id}/decision": Act(
        "inquiry.approve", lambda d: ("POST", f"/v1/inquiries/{requested(d)}/decision", {"json": {"approve": True}}), by="sven"
    ),
    "PUT /v1/jobs/{name}": Act("jobs.put", putting, by="ann", refused=("new", None)),
    "POST /v1/jobs/{name}/runs": Act("jobs.ask", running, by="ann", refused=None),
    "DELETE /v1/jobs/{name}": Act("jobs.remove", removing, by="ann", refused=None),
    "POST /v1/watches": Act(
        "watch.add",
        lambda d: ("POST", "/v1/watches", {"json": {"inquiry": standing(d), "subject": {"kind": "entity", "entity": ADA}}}),
        by="ann",
        refused=("new", None),
    ),
    "DELETE /v1/watches/{id}": Act("watch.remove", lambda d: ("DELETE", "/v1/watches/wat_open", {}), by="ann", refused=None),
    "POST /v1/leads/{id}/withdraw": Act("leads.withdraw", asking("leads/led_own/withdraw", reason="a namesake"), by="ann", refused=None),
    "PUT /v1/leads/mail": Act("leads.mail", lambda d: ("PUT", "/v1/leads/mail", {"json": {"mail": None}}), by="ann", refused=None),
    "DELETE /v1/answers/{id}": Act(
        "answers.forget", lambda d: ("DELETE", fetching(d)[1].removesuffix("/result"), {}), by="ann", refused=None
    ),
    "GET /v1/inquiries": Act("inquiry.list", get("/v1/inquiries", everybody="true"), by="olga", kinds=_LOOKED, refused=None),
}

# Neither: why no inquiry is needed.
OTHER_ROUTES: Mapping[str, str] = {
    "GET /healthz": "says that the process lives",
    "GET /readyz": "says that the database answers",
    "GET /docs": "describes the API",
    "GET /docs/oauth2-redirect": "part of the description",
    "GET /redoc": "describes the API",
    "GET /openapi.json": "describes the API",
    "GET /v1/me": "tells askers who they are",
    "GET /v1/jobs": "one's own jobs: when they run, and of what they found nothing",
    "GET /v1/watches": "one's own watches, in the words of who set them",
    "GET /v1/alerts/events": "that there is an alert, as its mail says it; of what it is about nothing",
    "GET /v1/answers": "which questions of one's own are worked on; of their answers nothing",
    "GET /v1/answers/{id}": "how far a question of one's own is; of its answer nothing",
    "GET /v1/reconcile/{ticket}/suggest/type": "types of the ontology, not data",
    "GET /v1/reconcile/{ticket}/suggest/property": "what a list can have, not data",
    "GET /v1/inquiries/rules": "the rules of use, which are read before an inquiry is opened",
}
# With the words to call it by; None: it is not called here, since it would serve, or start, stop or delete the managed server.
OTHER_COMMANDS: Mapping[str, tuple[str, list[str] | None]] = {
    "inquiry current": ("one's own inquiry", ["inquiry", "current"]),
    "inquiry list": ("one's own inquiries; those of others are a look", ["inquiry", "list"]),
    "inquiry rules": ("read before an inquiry is opened", ["inquiry", "rules"]),
    "user list": ("who may use the deployment is no case data", ["user", "list"]),
    "user key --list": ("when keys end, not the keys", ["user", "key", "ann", "--list"]),
    "policy list": ("policies are public to the deployment's users", ["policy", "list"]),
    "policy history": ("policies are public to the deployment's users", ["policy", "history", "register"]),
    "policy explain": (
        "says what a policy permits, of data nothing",
        ["policy", "explain", *["--user", "root", "--purpose", "investigation", "--source", "register", "--operation", "search"]],
    ),
    "policy schema": ("describes a file", ["policy", "schema"]),
    "source list": ("specs, not data", ["source", "list"]),
    "source new": ("drafts a spec of a file that the asker has", None),
    "source check": ("looks at a file that the asker has", ["source", "check", "company_register"]),
    "source schema": ("describes a file", ["source", "schema"]),
    "sample": ("writes what it invents", None),
    "jobs list": ("one's own jobs: when they run, and of what they found nothing", ["jobs", "list"]),
    "watch list": ("one's own watches, in the words of who set them", ["watch", "list"]),
    "worker": ("runs jobs and judges watches, each as a question of its user's", None),
    "resolve names": ("makes a file of published statistics", None),
    "serve": ("the API, whose routes are above", None),
    "db start": ("the process of the database", None),
    "db stop": ("the process of the database", None),
    "db status": ("how many nodes there are, of what they say nothing", ["db", "status"]),
    "db destroy": ("whoever may delete the folder; users and log stay", None),
    "audit verify": ("shows nothing of what entries say, so that anybody can check", ["audit", "verify"]),
    "audit check": ("checks a proof that the asker has", None),
    "audit key": ("the public key", ["audit", "key"]),
    "audit checkpoint": ("signs a hash of the whole", ["audit", "checkpoint"]),
    "audit witness-request": ("hashes and signatures", ["audit", "witness-request"]),
    "audit witness": ("runs elsewhere, on hashes", None),
}


def commands(group: Any, before: str = "") -> Iterator[str]:
    """The names of all commands under a group of typer's."""
    for word, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{before}{word} ")
        else:
            yield f"{before}{word}"


def routes(among: Iterable[Any]) -> Iterator[str]:
    """Method and path of all routes, those of included routers and mounted applications too."""
    for route in among:
        within = getattr(route, "original_router", route)
        if hasattr(within, "routes"):
            yield from routes(within.routes)
        else:
            yield from (f"{method} {route.path}" for method in getattr(route, "methods", None) or ["?"] if method != "HEAD")
