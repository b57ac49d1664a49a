"""Access tokens at the HTTP door: whose token it is asks under their own inquiry; any other is refused, and the refusal is in the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import httpx
import pytest

from graphsvc.api import create_app
from graphsvc.audit.event import Event
from graphsvc.audit.search import Filter
from graphsvc.inquiry.office import open_office
from graphsvc.settings import Settings
from tests.api.test_api import problem, serving
from tests.connections.world import TITLES, World
from tests.inquiry.token_server import AUDIENCE, Server
from tests.people import CASE, REASON, set_up

pytestmark = pytest.mark.neo4j


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    server.add("k", "RS256")
    yield server
    server.close()


@pytest.fixture
def client(settings: Settings, server: Server, world: World) -> Iterator[httpx.Client]:
    set_up(settings, TITLES)
    with open_office(settings) as office:
        office.add_user(
            "anna",
            name="Anna Dekker",
            agency="veldmark_police",
            roles=["analyst"],
            purposes=["investigation"],
            trained_until=date(2099, 12, 31),
            oidc=(server.issuer, "4711"),
        )
    given = settings.model_copy(update={"oidc_issuer": server.issuer, "oidc_audience": AUDIENCE, "oidc_jwks_url": server.jwks_url})
    with serving(create_app(given)) as client:
        yield client


@pytest.fixture
def world(graph: object, settings: Settings) -> World:
    return World(graph, settings.home).mystery()  # type: ignore[arg-type]  # the fixture gives a Graph


def test_a_token_asks_as_its_user(client: httpx.Client, server: Server) -> None:
    headers = {"Authorization": f"Bearer {server.token('k', sub='4711')}"}
    assert client.get("/v1/me", headers=headers).json()["id"] == "anna"
    opening = {"purpose": "investigation", "case": CASE, "reason": REASON}
    inquiry = client.post("/v1/inquiries", headers=headers, json=opening).json()["id"]
    found = client.get("/v1/entities", headers={**headers, "Inquiry": inquiry}, params={"q": "Cy Brandt"})
    assert found.json()["hits"][0]["id"] == "bills/person/cy"


def test_a_token_for_others_is_refused_and_the_refusal_logged_with_its_reason(
    client: httpx.Client, server: Server, settings: Settings
) -> None:
    for token in (server.token("k", sub="nobody"), server.token("k", sub="4711", aud="https://else.example"), "a.b.c"):
        told = problem(client.get("/v1/me", headers={"Authorization": f"Bearer {token}"}), 401)
        assert told["detail"] == "The key or token is not valid."
    with open_office(settings) as office:
        denied = office.log.search(Filter(kind="denied"), Event("looked", user="test"))
    reasons = [str(entry.personal["detail"]) for entry in denied]
    assert len(reasons) == 3 and "no user for the subject 'nobody'" in reasons[0] and "udience" in reasons[1]
