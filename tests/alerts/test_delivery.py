"""Telling what was found: at least once, in order, signed, and nothing of what it is about."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from graphsvc.alerts import sender
from graphsvc.alerts.acts import add_hot_list, notices_after, told_watches
from graphsvc.alerts.channels import SIGNATURE, TIMESTAMP, checked_webhook, signature
from graphsvc.alerts.follow import Follower
from graphsvc.alerts.questions import list_question, mark_question
from graphsvc.alerts.sender import Sender
from graphsvc.errors import Conflict, InputError
from graphsvc.settings import Settings
from tests.accountability.processes import COMMAND, ROOT, Server, wait_for
from tests.alerts.conftest import ADA, BO, MAIL, Deployment, Mailbox, free_port
from tests.people import CASE

pytestmark = pytest.mark.neo4j
WAIT_S = 120.0
FULL = os.environ.get("GRAPHSVC_TEST_FULL") == "1"
SECRET = "a key of the tests"


def until(holds: Callable[[], bool], limit_s: float = WAIT_S) -> None:
    """Wait for a condition."""
    ends = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < ends, "it never came"
        threading.Event().wait(0.02)


def found(d: Deployment, times: int = 1, **how: Any) -> list[str]:
    """So many alerts of one watch of anna's; their ids, in order."""
    d.watch("entity", entity=ADA, **(how or {"mail": MAIL}))
    for _ in range(times):
        d.link(BO, "FAMILY_OF", ADA, valid_from=f"{d.seq()}")
    d.judge()
    return [one.id for one in d.alerts()]


def states(d: Deployment) -> Counter[str]:
    rows = [one for those in d.outbox.dead("anna").values() for one in those]
    return Counter(one["channel"] for one in rows)


def test_a_mail_says_what_kind_case_link_and_id_and_nothing_of_the_data(deployment: Deployment) -> None:
    ids = found(deployment, 3)
    assert deployment.send() == 3 and deployment.mailbox.alerts == ids
    message = deployment.mailbox.messages[0]
    text = message.as_string()
    assert CASE in text and f"/v1/alerts/{ids[0]}" in text and "entity" in message["Subject"] and message["Graphsvc-Repeat"] == "no"
    assert not any(word in text for word in ("Ada", "Bo Nilsen", "register", "phones", "person/", "FAMILY"))
    assert deployment.send() == 0


def test_what_several_watches_find_at_once_is_one_mail_and_what_may_have_arrived_before_another(deployment: Deployment) -> None:
    for _ in range(3):
        deployment.watch("entity", entity=ADA, mail=MAIL)
    deployment.link(BO, "FAMILY_OF", ADA)
    deployment.judge()
    ids = [one.id for one in deployment.alerts()]
    [claimed] = deployment.outbox.claim(0.0, 1, "mail")
    assert deployment.send() == 3 and claimed.alert == ids[0]
    mails = {message["Graphsvc-Repeat"]: message for message in deployment.mailbox.messages}
    assert {again: message.get_all("Graphsvc-Alert") for again, message in mails.items()} == {"yes": ids[:1], "no": ids[1:]}
    assert mails["no"]["Subject"] == "graphsvc: 2 alerts" and all(id in mails["no"].as_string() for id in ids[1:])
    assert sorted(deployment.mailbox.alerts) == sorted(ids)


def test_a_mail_server_that_is_down_then_refuses_then_is_up_gets_each_alert_once_in_order(deployment: Deployment) -> None:
    port = deployment.settings.mail_port
    deployment.with_settings(mail_port=free_port())
    ids = found(deployment, 2)
    assert Sender(deployment.office).look() == 1
    deployment.with_settings(mail_port=port)
    deployment.mailbox.answers.append("451 later")
    until(lambda: Sender(deployment.office).look() == 0 and deployment.mailbox.alerts == ids)
    assert {message["Graphsvc-Repeat"] for message in deployment.mailbox.messages} == {"no"}, "nobody had accepted it before"


def test_what_nobody_accepts_is_given_up_and_listed_and_keeps_the_next_from_nothing(deployment: Deployment) -> None:
    deployment.with_settings(alert_attempts=2)
    ids = found(deployment, 2)
    deployment.mailbox.answers += ["550 no", "550 no"]
    until(lambda: deployment.send() >= 0 and deployment.mailbox.alerts == ids[1:])
    assert states(deployment) == {"mail": 1} and deployment.listed(dead=True) == ids[:1]
    [dead] = deployment.outbox.dead("anna")[ids[0]]
    assert dead["error"] == "the mail server says 550" and dead["attempts"] == 2


def test_an_address_of_a_domain_that_is_not_set_is_refused(deployment: Deployment) -> None:
    for address, wrong in (("anna@elsewhere.example", "not mailed to"), ("anna", "no e-mail address"), ("a@b\r\nBcc: c@d", "no e-mail")):
        with pytest.raises(InputError, match=wrong):
            deployment.watch("entity", entity=ADA, mail=address)
    domain = MAIL.rpartition("@")[2]
    for address in (f"a@b@{domain}", f"(c)@{domain}", f"a b@{domain}", f"<a@{domain}>", f"a@{domain}, b@{domain}", f'"a"@{domain}'):
        with pytest.raises(InputError, match="no e-mail address"):
            deployment.watch("entity", entity=ADA, mail=address)
    deployment.with_settings(mail_host=None)
    with pytest.raises(InputError, match="not mailed here"):
        deployment.watch("entity", entity=ADA, mail=MAIL)


def test_a_day_s_alerts_are_one_mail(deployment: Deployment) -> None:
    ids = found(deployment, 3, mail=MAIL, daily=True)
    assert deployment.send() == 0, "the hour of the daily mail has not come"
    late = datetime.now(UTC) + timedelta(days=1, seconds=1)
    sender = Sender(deployment.office)
    sender._outbox._clock = lambda: late
    assert sender.look() == 3
    [message] = deployment.mailbox.messages
    assert message["Subject"] == "graphsvc: 3 alerts" and all(id in message.as_string() for id in ids)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for localhost with its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    files = tmp_path / "cert.pem", tmp_path / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    files[1].write_bytes(pem)
    return files


def test_starttls_is_demanded_and_the_server_has_to_prove_itself(deployment: Deployment, certificate: tuple[Path, Path]) -> None:
    deployment.with_settings(mail_tls=True)
    ids = found(deployment)
    Sender(deployment.office).look()
    assert deployment.mailbox.messages == [], "the server offers no STARTTLS"
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    mailbox = Mailbox()
    server = Controller(mailbox, hostname="localhost", port=free_port(), tls_context=context, require_starttls=True)
    server.start()
    try:
        deployment.with_settings(mail_host="localhost", mail_port=server.port)
        Sender(deployment.office).look()
        assert mailbox.messages == [], "its certificate is nobody's"
        deployment.with_settings(mail_ca=certificate[0])
        until(lambda: Sender(deployment.office).look() == 0 and mailbox.alerts == ids)
    finally:
        server.stop()


class Hook(BaseHTTPRequestHandler):
    """A program that is told of alerts: answers as its server says, and keeps what it got."""

    def do_POST(self) -> None:
        server: Any = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.got.append((self.path, dict(self.headers), body))
        answer = server.answers.pop(0) if server.answers else 204
        if answer == "junk":
            self.wfile.write(b"garbage\r\n")
            self.close_connection = True
            return
        if answer == "hang":
            server.hold.wait(WAIT_S)
            answer = 204
        self.send_response(answer)
        if answer == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hook(deployment: Deployment) -> Iterator[Any]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.got, server.answers, server.hold = [], [], threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}/alerts"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    deployment.with_settings(webhook_hosts=["127.0.0.1"], webhook_secret=SecretStr(SECRET), alert_timeout_s=0.5)
    yield server
    server.hold.set()
    server.shutdown()
    thread.join(WAIT_S)
    server.server_close()


def test_a_webhook_is_signed_over_time_and_body(deployment: Deployment, hook: Any) -> None:
    [id] = found(deployment, webhook=hook.url)
    deployment.send()
    [(path, headers, body)] = hook.got
    assert path == "/alerts" and headers[SIGNATURE] == f"v1={signature(SECRET, headers[TIMESTAMP], body)}"
    assert abs(int(headers[TIMESTAMP]) - time.time()) < WAIT_S
    told = json.loads(body)
    assert set(told) == {"alert", "watch", "kind", "case", "link", "made_at", "repeat"} and (told["alert"], told["repeat"]) == (id, False)


def test_a_webhook_that_answers_500_hangs_and_redirects_is_tried_again_marked_as_a_repeat_and_never_followed(
    deployment: Deployment, hook: Any
) -> None:
    hook.answers += [500, "hang", 302]
    found(deployment, webhook=hook.url)
    deployment.watch("entity", entity=BO, mail=MAIL)
    deployment.link(BO, "FAMILY_OF", ADA, valid_from="1999")
    deployment.judge()
    until(lambda: deployment.send() >= 0 and len(hook.got) == 5)
    assert {path for path, _, _ in hook.got} == {"/alerts"}
    assert [json.loads(body)["repeat"] for _, _, body in hook.got] == [False, True, True, True, False]
    assert len(deployment.mailbox.messages) == 1, "one that hangs keeps no other waiting"


def test_a_webhook_that_answers_no_http_is_given_up_and_keeps_the_next_from_nothing(deployment: Deployment, hook: Any) -> None:
    deployment.with_settings(alert_attempts=2)
    hook.answers += ["junk", "junk"]
    ids = found(deployment, 2, webhook=hook.url)
    until(lambda: deployment.send() >= 0 and len(hook.got) == 3)
    assert deployment.listed(dead=True) == ids[:1] and states(deployment) == {"webhook": 1}
    assert deployment.outbox.dead("anna")[ids[0]][0]["error"] == "the host does not answer as HTTP does"


def test_what_goes_wrong_unforeseen_is_tried_again_and_given_up_like_anything(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment.with_settings(alert_attempts=2)
    ids = found(deployment, 2)
    mail = sender.mail

    async def fails(settings: Settings, to: str, notices: Any, number: str) -> None:
        if notices[0].alert == ids[0]:
            raise RuntimeError("not foreseen")
        await mail(settings, to, notices, number)

    monkeypatch.setattr(sender, "mail", fails)
    until(lambda: deployment.send() >= 0 and deployment.mailbox.alerts == ids[1:])
    assert deployment.listed(dead=True) == ids[:1]


def test_a_webhook_elsewhere_is_refused_when_it_is_set_and_given_up_when_it_is_taken_from_the_settings(
    deployment: Deployment, hook: Any
) -> None:
    settings = deployment.office.settings
    for url, wrong in (
        ("https://elsewhere.example/", "not sent to the host"),
        ("http://elsewhere.example/", "https:// address"),
        ("ftp://127.0.0.1/", "https:// address"),
        ("http://u:p@127.0.0.1/", "a user"),
        ("http://127.0.0.1:port/", "no URL"),
        ("http://127.0.0.1/a b", "strange signs"),
    ):
        with pytest.raises(InputError, match=wrong):
            checked_webhook(settings, url)
    found(deployment, webhook=hook.url)
    deployment.with_settings(webhook_hosts=[])
    deployment.send()
    assert hook.got == [] and states(deployment) == {"webhook": 1}


def test_a_judge_that_lost_the_feed_keeps_nothing(deployment: Deployment) -> None:
    deployment.watch("entity", entity=ADA)
    deployment.link(BO, "FAMILY_OF", ADA)
    first, second = Follower(deployment.office, deployment.graph), Follower(deployment.office, deployment.graph)
    assert first._outbox.take(first._name, 0.0) is not None
    assert second.look() >= 1 and len(deployment.alerts()) == 1
    with pytest.raises(Conflict):
        first._outbox.put(first._name, [], seq=1)
    assert second.look() == 0


def test_alerts_are_acknowledged_and_dismissed_with_a_reason(deployment: Deployment) -> None:
    first, second = found(deployment, 2)
    deployment.ask(lambda r: mark_question(r, deployment.outbox, first, "acknowledged", None))
    with pytest.raises(InputError, match="needs a reason"):
        deployment.ask(lambda r: mark_question(r, deployment.outbox, second, "dismissed", " "))
    deployment.ask(lambda r: mark_question(r, deployment.outbox, second, "dismissed", "another Ada"))
    deployment.ask(lambda r: mark_question(r, deployment.outbox, second, "dismissed", "another Ada"))  # the same again changes nothing
    for state, reason in (("acknowledged", None), ("dismissed", "no, this one")):
        with pytest.raises(Conflict, match="dismissed already"):
            deployment.ask(lambda r, state=state, reason=reason: mark_question(r, deployment.outbox, second, state, reason))  # type: ignore[misc]
    new = deployment.ask(lambda r: list_question(r, deployment.outbox, state="new", dead=False, limit=5, before=None))
    assert new["alerts"] == []
    page = deployment.ask(lambda r: list_question(r, deployment.outbox, state=None, dead=False, limit=1, before=None))
    rest = deployment.ask(lambda r: list_question(r, deployment.outbox, state=None, dead=False, limit=1, before=page["next"]))
    assert [one["id"] for one in (*page["alerts"], *rest["alerts"])] == [second, first] and rest["next"] is None


def test_nobody_reads_another_s_alerts_or_watches(deployment: Deployment) -> None:
    [id] = found(deployment)
    bert = deployment.office.users.get("bert")
    assert told_watches(deployment.office, bert, over=True) == [] and notices_after(deployment.office, bert, 0) == []
    assert [one["alert"] for one in notices_after(deployment.office, deployment.anna(), 0)] == [id]


def hot_list(*rows: str, columns: str = "plate,jurisdiction,owner,case,expiry,reason_code") -> bytes:
    return "\n".join([columns, *rows]).encode()


def test_a_hot_list_sets_a_watch_a_row_for_its_owner_until_its_expiry(deployment: Deployment) -> None:
    day = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
    given = hot_list(f"VK2001,XV,anna,{CASE},{day},lead", f"VK2002,XV,anna,{CASE},{day},lead")
    told = add_hot_list(deployment.office, deployment.graph, deployment.anna(), "hot.csv", given, {"mail": MAIL})
    assert [one["subject"]["identifier"] for one in told["watches"]] == ["VK2001", "VK2002"]
    assert {one["inquiry"] for one in told["watches"]} <= {one.id for one in deployment.office.inquiries.list(deployment.anna())}
    deployment.read("VK2002")
    deployment.judge()
    deployment.send()
    [alert] = deployment.alerts()
    assert deployment.mailbox.alerts == [alert.id] and "VK2002" not in deployment.mailbox.messages[0].as_string()


def test_bad_rows_of_a_hot_list_are_told_by_line_and_nothing_is_set(deployment: Deployment) -> None:
    day = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
    given = hot_list(
        f"VK2001,XV,anna,{CASE},{day},lead",
        f"VK2*,XV,anna,{CASE},{day},lead",
        f"VK2001,,anna,{CASE},{day},lead",
        f"VK2001,XV,anna,VK-2024-0999,{day},lead",
        f"VK2001,XV,sven,{CASE},{day},lead",
        f"VK2001,XV,anna,{CASE},31/12/2026,lead",
        f"VK2001,XV,anna,{CASE},2020-01-01,lead",
        f"VK2001,XV,anna,{CASE},{day},because",
        f"VK2001,XV,anna,{CASE}",
        f"VK2001,XV,anna,{CASE},9999-12-31,lead",
    )
    with pytest.raises(InputError) as refusal:
        add_hot_list(deployment.office, deployment.graph, deployment.anna(), "hot.csv", given, {})
    lines = [line.split(": ")[0] for line in str(refusal.value.hint).splitlines()]
    assert lines == [f"hot.csv:{n}" for n in range(3, 12)]
    assert told_watches(deployment.office, deployment.anna(), over=True) == []
    twice = hot_list(f"VK2001,VK2002,{CASE},anna,{day}", columns="plate,plate,case,owner,expiry")
    for wrong in (b"plate\nA", b"\xff", b"", hot_list(), twice, b'"plate,owner', b"plate," + b"x" * 140_000 + b"\n1,2\n"):
        with pytest.raises(InputError):
            add_hot_list(deployment.office, deployment.graph, deployment.anna(), "hot.csv", wrong, {})


@contextmanager
def worker(d: Deployment, **more: str) -> Iterator[subprocess.Popen[str]]:
    """A worker in a process of its own, killed at the end."""
    started = subprocess.Popen(
        [*COMMAND, "worker"],
        env={**os.environ, **d.environment(**more)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield started
    finally:
        if started.poll() is None:
            started.kill()
        started.communicate(timeout=WAIT_S)


def test_a_worker_process_judges_mails_and_ends_when_it_is_told(deployment: Deployment) -> None:
    deployment.watch("entity", entity=ADA, mail=MAIL)
    with worker(deployment) as one:
        deployment.link(BO, "FAMILY_OF", ADA)
        until(lambda: len(deployment.mailbox.messages) == 1)
        one.send_signal(signal.SIGTERM)
        assert one.wait(WAIT_S) == 0
    assert deployment.mailbox.alerts == [one.id for one in deployment.alerts()]


@pytest.mark.parametrize(
    "kills", [4, pytest.param(300, marks=[pytest.mark.full, pytest.mark.skipif(not FULL, reason="runs in make test-full")])]
)
def test_a_worker_killed_between_judging_and_sending_loses_no_alert_and_repeats_none_unmarked(deployment: Deployment, kills: int) -> None:
    deployment.watch("entity", entity=ADA, mail=MAIL)
    random, links = Random(7), 0
    for _ in range(kills):
        before = len(deployment.mailbox.messages)
        with worker(deployment, GRAPHSVC_ALERT_TIMEOUT_S="1") as one:
            assert one.stdout is not None and "waits" in one.stdout.readline()
            for _ in range(3):
                deployment.link(BO, "FAMILY_OF", ADA, valid_from=f"{deployment.seq()}")
                links += 1
            until(lambda most=before: len(deployment.mailbox.messages) > most)  # type: ignore[misc]
            threading.Event().wait(random.uniform(0, 0.6))
            one.kill()
            one.wait(WAIT_S)
    with worker(deployment, GRAPHSVC_ALERT_TIMEOUT_S="1"):
        # After hundreds of kills there is a backlog: a few mails went out between one kill and the next.
        print(kills, "kills:", links - len(set(deployment.mailbox.alerts)), "of", links, "to come")
        until(lambda: len(set(deployment.mailbox.alerts)) == links, 10 * WAIT_S)
    assert [one.id for one in deployment.alerts()] == list(dict.fromkeys(deployment.mailbox.alerts)), "each alert, in order"
    seen: set[str] = set()
    for message in deployment.mailbox.messages:
        told = {str(alert) for alert in message.get_all("Graphsvc-Alert", [])}
        assert message["Graphsvc-Repeat"] == "yes" or not told & seen, "told again without being marked"
        seen |= told


class Listener(threading.Thread):
    """A client of the server-sent events: it comes again with the number of the last event that it has whole."""

    def __init__(self, key: str) -> None:
        super().__init__(daemon=True)
        self.url: str | None = None
        self.numbers: list[int] = []
        self.alerts: list[str] = []
        self.cut = 0
        self.ended = threading.Event()
        self._headers = {"Authorization": f"Bearer {key}", "Accept": "text/event-stream"}

    def run(self) -> None:
        while not self.ended.wait(0.01):
            if self.url is None:
                continue
            last = {"Last-Event-ID": str(self.numbers[-1])} if self.numbers else {}
            try:
                with httpx.stream("GET", f"{self.url}/v1/alerts/events", headers={**self._headers, **last}, timeout=WAIT_S) as stream:
                    self._listen(stream.iter_lines())
            except httpx.ConnectError:
                continue
            except httpx.TransportError:
                self.cut += 1

    def _listen(self, lines: Iterator[str]) -> None:
        one: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(": ")
            one[name] = value
            if not line and "data" in one:
                self.numbers.append(int(one["id"]))
                self.alerts.append(json.loads(one["data"])["alert"])
            if not line:
                one = {}


@pytest.mark.parametrize(
    "kills", [3, pytest.param(100, marks=[pytest.mark.full, pytest.mark.skipif(not FULL, reason="runs in make test-full")])]
)
def test_an_api_killed_while_it_tells_of_alerts_loses_none_and_tells_none_twice(deployment: Deployment, kills: int) -> None:
    deployment.watch("entity", entity=ADA)
    random = Random(7)
    listener = Listener(deployment.office.make_key("anna", days=1)["key"])
    listener.start()
    server, following = Server(deployment.environment()), Server(deployment.environment())
    try:
        for _ in range(kills):
            server.begin()
            wait_for(server)
            listener.url = server.url
            for _ in range(3):
                deployment.link(BO, "FAMILY_OF", ADA, valid_from=f"{deployment.seq()}")
                deployment.judge()
                threading.Event().wait(random.uniform(0, 0.6))
            server.kill()
            server, following = following, Server(deployment.environment())
        server.begin()
        listener.url = server.url
        until(lambda: len(listener.alerts) >= 3 * kills)
    finally:
        listener.ended.set()
        server.kill()
        following.kill()
        listener.join(WAIT_S)
    assert listener.alerts == [one.id for one in deployment.alerts()] and listener.numbers == sorted(set(listener.numbers))
    assert listener.cut >= kills / 2, "the kills did not come while it told"
