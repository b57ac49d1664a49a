"""Leaves: one form only, without personal data, for whatever is put into an event."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphsvc.audit.event import PERSONAL, Event, commitment, leaf_head, leaf_start, prepare, time_text
from graphsvc.errors import InputError
from tests.audit.conftest import question

TEXT = st.text(st.characters(exclude_categories=()), max_size=30)  # halves of surrogate pairs included


def test_a_leaf_has_everything_but_the_personal_values() -> None:
    event = question(1, counts={"paths": 3}, answer_sha256="ab", refers_to=7, reason_code="R1", detail="because", facts={"load": "l-1"})
    one = prepare(event)
    leaf = json.loads(leaf_head(12, "t", False) + one.body)
    personal = leaf.pop("personal")
    assert leaf == {
        **{
            "index": 12,
            "time": "t",
            "kind": "asked",
            "inquiry": "inquiry-1",
            "operation": "paths",
            "agency": "agency-1",
            "purpose": "investigation",
        },
        **{"counts": {"paths": 3}, "answer_sha256": "ab", "refers_to": 7, "reason_code": "R1", "facts": {"load": "l-1"}},
        **{"view_sha256": f"{1:064x}", "policies": {"cases": "0" * 64}, "software": event.software},
    }
    assert tuple(personal) == PERSONAL
    assert one.personal is not None
    for name in PERSONAL:
        value, salt = one.personal[name], one.personal[f"{name}_salt"]
        assert isinstance(value, str) and isinstance(salt, bytes) and len(salt) == 32
        assert personal[name] == commitment(name, value, salt)
    assert "user-1" not in one.body and "C-1" not in one.body and "because" not in one.body


def test_equal_values_have_unequal_commitments() -> None:
    assert prepare(question(1)).body != prepare(question(1)).body


@given(TEXT, TEXT, st.dictionaries(TEXT, TEXT | st.integers() | st.none(), max_size=3))
def test_no_text_breaks_the_form_of_a_leaf(one: str, other: str, values: dict[str, object]) -> None:
    event = Event("asked", user=one, case=other, inquiry=other, operation=one, agency=one, parameters=values, facts=values, detail=other)
    ready = prepare(event)
    leaf = leaf_head(3, "t", True) + ready.body
    assert leaf.isascii() and leaf.startswith(leaf_start(3, "t", True, ready.kind, ready.inquiry, ready.operation))
    assert json.loads(leaf)["clock_back"] is True
    for value in (ready.inquiry, ready.operation, *(ready.personal or {}).values()):
        if isinstance(value, str):
            assert "\0" not in value
            value.encode()


@pytest.mark.parametrize("value", [float("nan"), object(), {1: 2, "a": 3}, b"bytes"])
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(InputError, match="can't be logged"):
        prepare(Event("asked", parameters={"x": value}))


def test_times_sort_as_texts() -> None:
    assert time_text(0) == "1970-01-01T00:00:00.000000Z"
    assert time_text(1_700_000_000_000_001_999) == "2023-11-14T22:13:20.000001Z"
