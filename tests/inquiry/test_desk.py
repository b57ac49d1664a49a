"""What the desk makes of permissions: the view of a question that needs several operations holds only what each of them permits."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from graphsvc.errors import InputError
from graphsvc.graph.driver import Graph
from graphsvc.graph.view import View
from graphsvc.inquiry.desk import Question, Reading
from graphsvc.inquiry.office import open_office
from graphsvc.policy.document import parse_policy
from graphsvc.settings import Settings
from tests.people import CASE, HEAD, REASON, user

pytestmark = pytest.mark.neo4j

# Who may follow paths over witnesses may not export them; the rest of the source may be exported.
POLICY = """categories: [suspect, witness]
rules:
  - {operations: [search, paths, export], roles: [analyst], agencies: any, purposes: any, categories: [none, suspect]}
  - {operations: [paths], roles: [analyst], agencies: any, purposes: any, categories: [witness]}
"""


def test_a_view_shared_by_operations_takes_no_source_for_its_categories() -> None:
    view = View(("cases", "cases/suspect", "cases/witness", "register"), "paths")
    assert view.common(("cases", "cases/suspect")) == View(("cases", "cases/suspect"), "paths")
    assert view.common() == view
    assert view.common(("register", "cases"), ("cases",)).compartments == ("cases",)


def test_what_may_be_seen_but_not_exported_is_in_no_exported_answer(graph: Graph, settings: Settings) -> None:
    with open_office(settings) as office:
        user(office, "root", "analyst")
        office.policies.register("cases", parse_policy((HEAD + POLICY).encode(), "policy"), "test", datetime.now(UTC))
        me = office.this_user()
        opened = office.open_inquiry(me, purpose="investigation", case=CASE, reason=REASON)

        def compartments(r: Reading) -> list[str]:
            return list(r.view.compartments)

        asked = Question("path", "paths", {}, opened["id"])
        assert office.desk.ask(graph, me, asked, compartments).value == ["cases", "cases/suspect", "cases/witness"]
        exported = Question("path", "paths", {}, opened["id"], also=("export",))
        assert office.desk.ask(graph, me, exported, compartments).value == ["cases", "cases/suspect"]
        with pytest.raises(InputError, match="no reason code"):
            office.desk.ask(graph, me, Question("path", "paths", {}, opened["id"], reason_code="because"), compartments)
