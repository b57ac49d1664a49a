"""Lists compared with the graph: who is found, by what, and that nothing but the view decides."""

from __future__ import annotations

from typing import Any

import pytest

from graphsvc.graph.view import View
from graphsvc.resolution.reference import NO_REFERENCE
from graphsvc.screening.lists import list_of_rows
from graphsvc.screening.match import screen
from graphsvc.screening.rows import Manner, rows_of
from tests.connections.world import World
from tests.screening.conftest import ALL, BORN, INQUIRY, OPEN_ONES, PHONE

pytestmark = pytest.mark.neo4j

ADA = {"name": "Vinterkvist, Adelheid", "birth_date": "14.03.1971", "phone": "+47 55 50 12 34"}


def asked(world: World, *rows: dict[str, Any], kind: str = "people", view: View = OPEN_ONES, limit: int = 5) -> list[dict[str, Any]]:
    given = list_of_rows(rows, kind)
    return screen(
        world.graph,
        view,
        INQUIRY,
        kind,
        rows_of(kind, given.rows, Manner()),
        digest=world.vault.digester(),
        reference=NO_REFERENCE,
        limit=limit,
    )


def test_try(world: World) -> None:
    import json
    import time
    for _ in range(2):
        t = time.time()
        for row in asked(world, ADA, {"name": "Adelheid Vinterkvist"}):
            print(json.dumps(row, indent=1))
        print(time.time() - t)
    print(json.dumps(asked(world, {"name": "Holm Shipping", "registration number": "1234567", "jurisdiction": "NO"}, kind="organisations"), indent=1))
    print(json.dumps(asked(world, {"address": "quay st 4, 5003 Bergen"}, {"street": "Quay Street 4", "city": "Bergen", "postcode": "5003"}, kind="addresses"), indent=1))
    assert 0
