"""What may be looked up: complete identifiers, and nothing that could stand for more than one."""

from __future__ import annotations

import pytest

from graphsvc.errors import InputError
from graphsvc.graph.ontology import load_ontology
from graphsvc.graph.view import View
from graphsvc.sightings.exact import Named, named, require_exact, sighting_types


def one(number: str, jurisdiction: str = "XV") -> Named:
    return named([(number, jurisdiction)], (), 1)[0]


@pytest.mark.parametrize("text", ["AB12345", "ab 12345", " AB-123 45 ", "A.B.1 2 3 4 5", "AB·12345", "ＡＢ１２３４５", "AB\u00a012345"])  # noqa: RUF001 (full width)
def test_the_ways_to_write_a_plate_are_one(text: str) -> None:
    assert one(text) == Named("AB12345", "XV")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        "AB*",
        "*",
        "AB?2345",
        "AB%",
        "AB_2345",
        "AB#",
        "AB12345~",
        "[A-Z]B",
        "^AB",
        "AB$",
        "AB|CD",
        "AB..",
        "AB…",
        "AB-",
        "-AB",
    ],
)
def test_wildcards_and_parts_of_a_plate_are_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        one(text)
    assert caught.value.hint and "jurisdiction" in caught.value.hint


@pytest.mark.parametrize("text", ["A", "AB12345,CD67890", "AB12345;CD67890", "AB12345\x00", "'AB' OR 1", "AB12345 CD67890 EF13579"])
def test_single_signs_and_lists_in_one_text_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        one(text)


def test_the_message_does_not_repeat_the_plate() -> None:
    with pytest.raises(InputError) as caught:
        one("SECRET1*")
    assert "SECRET1" not in str(caught.value) and "'*'" in caught.value.message


@pytest.mark.parametrize("text", ["", "  ", "*", "X%", "-", "x" * 41])
def test_a_plate_without_its_jurisdiction_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        one("AB12345", text)


def test_a_missing_jurisdiction_says_what_unknown_means() -> None:
    with pytest.raises(InputError, match="`unknown` finds only reads whose source names none"):
        one("AB12345", "")
    assert one("AB12345", "Unknown").jurisdiction == "unknown"
    assert one("AB12345", "us-wa").jurisdiction == "US-WA"


def test_a_list_is_as_long_as_the_policy_says() -> None:
    plates = [("AB12345", "XV"), ("CD12345", "XV"), ("ab-12345", "xv")]
    with pytest.raises(InputError, match="3 identifiers were given; the policy allows 2"):
        named(plates, (), 2)
    with pytest.raises(InputError, match="allows 1"):
        named(plates[:1], ("a" * 40,), 1)
    assert named(plates, ("A" * 40,), 4) == [Named("AB12345", "XV"), Named("CD12345", "XV"), Named(None, None, "a" * 40)]
    with pytest.raises(InputError, match="No plate"):
        named((), (), 1)


@pytest.mark.parametrize("text", ["", "a" * 39, "a" * 63, "g" * 40, "*", "a" * 40 + "*"])
def test_a_part_of_a_hash_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        named((), (text,), 1)


def test_what_counts_as_a_sighting_follows_from_the_ontology() -> None:
    assert sighting_types(load_ontology()) == ["READ_BY", "SEEN_AT"]


def test_a_view_of_another_operation_is_a_mistake_of_the_door() -> None:
    with pytest.raises(ValueError, match="exact"):
        require_exact(View(("reads",), "search"))
