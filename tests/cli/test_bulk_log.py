"""`graphsvc load --bulk` in the log: what it is about to do with each source, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graphsvc.audit.engine import open_engine, reading
from graphsvc.audit.search import Filter, find
from graphsvc.cli.bulk import in_the_log, sources_given
from graphsvc.errors import Denied, InputError
from graphsvc.inquiry import me
from graphsvc.inquiry.office import Office, audit_url, open_office
from graphsvc.loading.bulk.run import Given
from graphsvc.settings import Settings

SOURCES = ["company_register", "bank_transfers"]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(Settings(home=tmp_path / "home")) as office:
        told: dict[str, Any] = {"purposes": ["investigation"], "trained_until": date(2099, 12, 31), "oidc": (None, None)}
        office.add_user("olga", name="Olga", agency="veldmark_police", roles=["operator"], **told)
        office.add_user("anna", name="Anna", agency="veldmark_police", roles=["analyst"], **told)
        yield office


@pytest.fixture
def given(tmp_path: Path) -> list[Given]:
    for source in SOURCES:
        (tmp_path / source).mkdir()
        (tmp_path / source / "rows.csv").write_text("id\n", encoding="utf-8")
    first, *rest = (f"{source}={tmp_path / source}" for source in SOURCES)
    return sources_given(first, [Path(one) for one in rest], None)


def entries(office: Office, operation: str = "load") -> list[dict[str, Any]]:
    """What the log says of loads, or of something else."""
    engine = open_engine(audit_url(office.settings))
    try:
        with reading(engine) as connection:
            return [{**one.leaf, **one.personal} for one in find(connection, Filter(after=-1), 1000) if one.leaf["operation"] == operation]
    finally:
        engine.dispose()


def told(leaf: dict[str, Any]) -> tuple[str, str]:
    return leaf["kind"], leaf["parameters"]["source"]


def test_each_source_has_an_entry_before_anything_is_read_and_one_after_all_is_in_place(office: Office, given: list[Given]) -> None:
    before: list[tuple[str, str]] = []

    def run() -> dict[str, dict[str, Any]]:
        before.extend(told(one) for one in entries(office))
        return {source: {"rows": 1} for source in SOURCES}

    assert in_the_log(office, given, {"full": False}, run) == {source: {"rows": 1} for source in SOURCES}
    assert before == [("asked", source) for source in SOURCES]
    found = entries(office)
    assert sorted(map(told, found[2:])) == sorted(("loaded", source) for source in SOURCES)
    assert all(one["parameters"] | {"bulk": True, "files": ["rows.csv"], "full": False} == one["parameters"] for one in found)


def test_one_that_fails_says_so_of_each(office: Office, given: list[Given]) -> None:
    def run() -> dict[str, dict[str, Any]]:
        raise InputError("Line 3 has no end.")

    with pytest.raises(InputError, match="Line 3"):
        in_the_log(office, given, {}, run)
    found = entries(office)
    assert sorted(map(told, found[2:])) == sorted(("failed", source) for source in SOURCES)
    assert all("Line 3 has no end." in one["detail"] for one in found[2:])


def test_who_may_not_load_makes_nothing(office: Office, given: list[Given]) -> None:
    me.set_me(office.settings.home, "anna")
    with pytest.raises(Denied):
        in_the_log(office, given, {}, lambda: pytest.fail("it was run"))
    assert entries(office) == []
    assert [one["kind"] for one in entries(office, "policy.register")] == ["asked", "denied"]
