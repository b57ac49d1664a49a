"""A deployment with somebody whose standing inquiry watches are judged for, a mail server, and loads written by hand, each a batch."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import delete, update

from graphsvc.alerts.acts import Given, add_watch, outbox_of, watches_of
from graphsvc.alerts.follow import Follower
from graphsvc.alerts.outbox import Alert, Outbox
from graphsvc.alerts.questions import list_question, show_question
from graphsvc.alerts.rounds import Rounds
from graphsvc.alerts.sender import Sender
from graphsvc.alerts.tables import alerts, aside, deliveries, feed, lead_readers, leads, mail_addresses, watches
from graphsvc.audit.engine import open_engine, reading, writing
from graphsvc.audit.search import Filter, Found, find
from graphsvc.graph.driver import Graph
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.server import ManagedServer
from graphsvc.inquiry.account import User
from graphsvc.inquiry.desk import Question
from graphsvc.inquiry.office import Office, audit_url, open_office
from graphsvc.inquiry.tables import inquiries
from graphsvc.loading.compose import Finisher
from graphsvc.settings import Settings
from tests.accountability.deployment import EXACT
from tests.connections.world import World
from tests.people import CASE, OPEN, REASON, SEALED, policies, user

MAIL = "anna@police.veldmark.example"
ADA, BO, CY = "register/person/ada", "phones/person/bo", "bills/person/cy"


class Mailbox:
    """What a mail server received; `answers` are what it says to the next messages instead of accepting them."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.answers: list[str] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answers:
            return self.answers.pop(0)
        assert isinstance(envelope.content, bytes)
        self.messages.append(message_from_bytes(envelope.content))
        return "250 accepted"

    @property
    def alerts(self) -> list[str]:
        """The alerts that it was told of, in order."""
        return [str(alert) for one in self.messages for alert in one.get_all("Graphsvc-Alert", [])]


@dataclass
class Deployment:
    """`anna` is an operator and whom the machine acts as; `inquiry` her standing one, `opened` one of the same case."""

    settings: Settings
    office: Office
    graph: Graph
    world: World
    inquiry: str
    opened: str
    mailbox: Mailbox
    follower: Follower | None = None

    def anna(self) -> User:
        return self.office.users.get("anna")

    def watch(self, kind: str, *, inquiry: str | None = None, **given: Any) -> dict[str, Any]:
        """A watch of anna's; `given` has what it is of and how it is told."""
        how = {name: given.pop(name) for name in ("until", "mail", "daily", "webhook", "reason_code") if name in given}
        asked = Given(inquiry=inquiry or self.inquiry, subject={"kind": kind, **given}, **how)  # type: ignore[arg-type]
        return add_watch(self.office, self.graph, self.anna(), asked)

    def batch(self, added: Iterable[str] = (), retired: Iterable[str] = (), changed: Iterable[str] = (), **more: Any) -> int:
        """What was done since the last one, in the feed."""
        seq = self.seq()
        told = {
            "added": list(added),
            "retired": list(retired),
            "changed": list(changed),
            "load": "register/load/1",
            "seq": seq,
            "at": "2026",
        }
        self.graph.statement("CREATE (b:Batch) SET b = $told", told={**told, **more})
        self.graph.statement("MATCH (s:Seq {id: 'seq'}) SET s.value = $seq", seq=seq)
        return seq

    def seq(self) -> int:
        """The number of the next batch."""
        return int(self.graph.look("MATCH (s:Seq {id: 'seq'}) RETURN s.value AS seq")[0]["seq"]) + 1

    def person(self, id: str, name: str = "Eva Strand") -> str:
        """A person that a batch brings."""
        record = self.world.record(id.split("/")[0], seq_from=self.seq())
        self.world.entity(id, "Person", name, seq_from=self.seq(), records=[record])
        self.batch(added=[id, record])
        return id

    def link(self, a: str, type: str, b: str, **properties: Any) -> str:
        """A link that a batch brings."""
        id = self.world.link(a, type, b, seq_from=self.seq(), **properties)
        self.batch(added=[id])
        return id

    def read(self, plate: str = "VK1001", at: str = "2024-06-03T10:15:00Z") -> str:
        """A plate read that a batch brings."""
        vehicle = f"reads/vehicle/{plate}"
        if not self.graph.look("MATCH (n:Entity {id: $id}) RETURN 1 AS there", id=vehicle):
            told = {"registrationNumber": plate, "jurisdiction": "XV"}
            ident = Finisher(load_ontology(), self.world.vault.digester()).finish(vehicle, "Vehicle", dict(told))["ident"]
            self.world.entity(vehicle, "Vehicle", plate, **told, ident=ident)
        return self.link(vehicle, "READ_BY", "reads/device/c1", at=at, photoOverview="a" * 64, photoPlate="b" * 64, confidence=0.9)

    def judge(self) -> int:
        assert self.follower is not None
        return self.follower.look(over=True)

    def rounds(self) -> None:
        """What is looked after beside the feed: leads and meetings."""
        Rounds(self.office, self.graph).look()

    def send(self) -> int:
        """Send what is due until nothing is; returns how many deliveries were tried."""
        tried = 0
        while now := Sender(self.office).look():
            tried += now
        return tried

    @property
    def outbox(self) -> Outbox:
        return outbox_of(self.office)

    def alerts(self, who: str = "anna") -> list[Alert]:
        """All that there is for a user, whatever is in view."""
        return self.outbox.alerts(who)

    def ended(self, watch: dict[str, Any]) -> bool:
        return watches_of(self.office).get("anna", watch["id"]).ended_at is not None

    def ask(self, read: Any, *, inquiry: str | None = None, reason_code: str | None = None) -> Any:
        question = Question("alerts.test", "search", {}, inquiry or self.opened, reason_code)
        return self.office.desk.ask(self.graph, self.anna(), question, read).value

    def listed(self, *, dead: bool = False, **how: Any) -> list[str]:
        """The alerts that anna is shown."""
        told = self.ask(lambda r: list_question(r, self.outbox, state=None, dead=dead, limit=50, before=None), **how)
        return [one["id"] for one in told["alerts"]]

    def shown(self, id: str, **how: Any) -> dict[str, Any]:
        return dict(self.ask(lambda r: show_question(r, self.office, id), **how))

    def entries(self) -> list[Found]:
        """The entries of the log."""
        engine = open_engine(audit_url(self.settings))
        try:
            with reading(engine) as connection:
                return find(connection, Filter(), 1_000_000)
        finally:
            engine.dispose()

    def with_settings(self, **more: Any) -> None:
        self.office.settings = self.office.settings.model_copy(update=more)

    def environment(self, **more: str) -> dict[str, str]:
        """What a process needs to be of this deployment."""
        given = self.office.settings
        assert given.neo4j_uri and given.neo4j_password
        return {
            "GRAPHSVC_HOME": str(given.home),
            "GRAPHSVC_NEO4J_URI": given.neo4j_uri,
            "GRAPHSVC_NEO4J_PASSWORD": given.neo4j_password.get_secret_value(),
            "GRAPHSVC_MAIL_HOST": str(given.mail_host),
            "GRAPHSVC_MAIL_PORT": str(given.mail_port),
            "GRAPHSVC_MAIL_SENDER": str(given.mail_sender),
            "GRAPHSVC_MAIL_TLS": "false",
            "GRAPHSVC_MAIL_DOMAINS": '["police.veldmark.example"]',
            "GRAPHSVC_ALERT_RETRY_S": "0.2",
            **more,
        }


@pytest.fixture(scope="session")
def mail_server() -> Iterator[tuple[Mailbox, int]]:
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield mailbox, controller.port
    controller.stop()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def house(
    session_graph: Graph, server_settings: Settings, tmp_path_factory: pytest.TempPathFactory, mail_server: tuple[Mailbox, int]
) -> Iterator[Deployment]:
    """One world for the tests of a file, who leave what they have written in it."""
    session_graph.auto("admin/wipe")
    mailbox, port = mail_server
    server = ManagedServer(server_settings)
    running = server.running()
    assert running is not None
    settings = Settings(
        home=tmp_path_factory.mktemp("alerts") / "home",
        neo4j_uri=running.uri,
        neo4j_password=server.password(),
        keep_topology=False,
        mail_host="127.0.0.1",
        mail_port=port,
        mail_sender="graphsvc@police.veldmark.example",
        mail_tls=False,
        mail_domains=["police.veldmark.example"],
        alert_retry_s=0.05,
        alert_timeout_s=5.0,
    )
    world = World(session_graph, settings.home).mystery()
    world.source("reads", "Plate reads")
    world.entity("reads/device/c1", "Device", "c1", number="c1")
    for id in ("phones/phone/d1", "register/company/holm"):
        [row] = session_graph.look("MATCH (n:Entity {id: $id}) RETURN n.type AS type, properties(n) AS p", id=id)
        ident = Finisher(load_ontology(), world.vault.digester()).finish(id, row["type"], dict(row["p"]))["ident"]
        session_graph.statement("MATCH (n:Entity {id: $id}) SET n.ident = $ident", id=id, ident=ident)
    with open_office(settings) as office:
        user(office, "anna", "analyst", "operator")
        user(office, "sven", "supervisor", "analyst")
        user(office, "bert", "analyst")
        user(office, "fay", "analyst", agency="veldmark_fiu")
        user(office, "fred", "supervisor", agency="veldmark_fiu")
        yield Deployment(settings, office, session_graph, world, "", "", mailbox)
    session_graph.auto("admin/wipe")


@pytest.fixture
def deployment(house: Deployment) -> Deployment:
    """The house with nobody watching, new inquiries, and all sources but one open."""
    house.mailbox.messages.clear()
    house.mailbox.answers.clear()
    house.office.settings = house.settings
    with writing(house.office.engine) as connection:
        for table in (lead_readers, leads, mail_addresses, deliveries, alerts, aside, watches, feed):
            connection.execute(delete(table))
        # What earlier tests have asked for meets nobody.
        connection.execute(update(inquiries).values(state="closed"))
    policies(house.office, {"register": OPEN, "bills": OPEN, "phones": OPEN, "secret": SEALED, "reads": EXACT})
    fresh = replace(house, inquiry=standing(house.office, "anna"), opened=opened(house.office, "anna"))
    fresh.follower = Follower(house.office, house.graph)
    return fresh


def standing(office: Office, who: str) -> str:
    """An open standing inquiry of a user's."""
    until = datetime.now(UTC) + timedelta(days=30)
    asked = office.request_standing(office.users.get(who), purpose="investigation", case=CASE, reason=REASON, until=until)
    supervisor = "sven" if office.users.get(who).agency == "veldmark_police" else "fred"
    office.decide_standing(office.users.get(supervisor), asked["id"], approve=True)
    return str(asked["id"])


def opened(office: Office, who: str, case: str = CASE) -> str:
    return str(office.open_inquiry(office.users.get(who), purpose="investigation", case=case, reason=REASON)["id"])
