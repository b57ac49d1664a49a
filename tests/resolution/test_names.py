"""Names, dates and addresses are taken apart so that the ways in which sources differ don't hide that they mean one."""

from __future__ import annotations

import pytest

from graphsvc.resolution.addresses import address_keys
from graphsvc.resolution.dates import NEVER, contradict, parse_born
from graphsvc.resolution.letters import fold, spelling
from graphsvc.resolution.names import parse_organisation, parse_person, usual


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Søren", "Soeren"),
        ("Søren", "Soren"),
        ("Åse", "Aase"),
        ("MÜLLER", "Mueller"),
        ("Пётр", "Petr"),
        ("Γιώργος", "Giorgos"),
        ("O'Brien", "OBrien"),
    ],
)
def test_spellings_of_one_name_are_equal(one: str, other: str) -> None:
    assert spelling(one) == spelling(other)


def test_scripts_become_plain_letters() -> None:
    assert fold("Владимир  Петров-Водкин") == "vladimir petrov vodkin"
    assert fold("---") == ""


@pytest.mark.parametrize(
    ("told", "given", "family", "second"),
    [
        ("Anna Maria Hansen", "anna", "hansen", "maria"),
        ("Hansen, Anna M.", "anna", "hansen", "m"),
        ("Dr. Ludwig van der Berg", "ludwig", "vanderberg", None),
        ("A. Hansen", None, "hansen", None),
        ("Hansen", None, "hansen", None),
    ],
)
def test_a_name_is_taken_apart(told: str, given: str | None, family: str, second: str | None) -> None:
    parsed = parse_person(told)
    assert parsed is not None
    assert (parsed.given, parsed.family, parsed.second) == (given, family, second)


def test_the_sources_own_fields_are_used() -> None:
    parsed = parse_person("García Pérez Gabriel", "Gabriel", "García Pérez")
    assert parsed is not None and (parsed.given, parsed.family) == ("gabriel", "garciaperez")


def test_swapped_names_have_one_key() -> None:
    one, other = parse_person("Anna Hansen"), parse_person("Hansen Anna")
    assert one is not None and other is not None and one.key == other.key


def test_nothing_is_no_name() -> None:
    assert parse_person("--") is None
    assert parse_organisation("") is None


def test_short_forms_stand_for_a_name() -> None:
    assert usual("bob") == usual("robert") == "robert"
    assert usual("sasha") == usual("aleksandr")
    assert usual("knud") == "knud"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nordic Trade Ltd.", "NORDIC TRADE LIMITED"),
        ("Rot GmbH", "Rot Gesellschaft mit beschränkter Haftung"),
        ("OOO Ромашка", "Ромашка OOO"),
        ("Acme L.L.C.", "Acme Limited Liability Company"),
    ],
)
def test_company_forms_are_apart_from_the_name(one: str, other: str) -> None:
    a, b = parse_organisation(one), parse_organisation(other)
    assert a == b and a is not None and a.form is not None


def test_dates_have_the_precision_that_was_told() -> None:
    assert parse_born("1971-03-04").day == "1971-03-04"
    assert parse_born("1971-03") == (None, "1971-03", "1971", None)
    assert parse_born("1971").year == "1971"
    assert parse_born("about 1971") == parse_born(None) == NEVER
    assert parse_born("1971-03-04").either == parse_born("1971-04-03").either


@pytest.mark.parametrize(
    ("one", "other", "two_people"),
    [
        ("1971-03-04", "1971-03-04", False),
        ("1971-03-04", "1971-04-03", False),  # swapped
        ("1971-03-04", "1971-03-27", False),  # one part wrong
        ("1971-03-04", "1981-03-04", False),
        ("1971-03", "1971-03-04", False),
        ("1971-03-04", "1975-03-27", True),
        ("1971-03", "1975-08-04", True),
        ("1971-03", "1975-03-04", False),
    ],
)
def test_dates_contradict_only_beyond_a_slip(one: str, other: str, two_people: bool) -> None:
    assert contradict(one, other) == contradict(other, one) == two_people


def test_addresses_have_keys_of_falling_precision() -> None:
    told = address_keys(None, "Bøgegade", "3 b", "10 200", "Friborg", None)
    same = address_keys(None, "BOEGEGADE", "3B", "10200", "Frieborg", None)
    slip = address_keys(None, "Bøgegdae", "3B", "10200", "Friborg", None)
    unnumbered = address_keys(None, "Bøgegade", "", "10200", None, None)
    assert told is not None and same is not None and slip is not None and unnumbered is not None
    assert told.house == same.house
    assert told.house != slip.house and set(told.near) & set(slip.near)
    assert unnumbered.unnumbered and not told.unnumbered
    assert unnumbered.house != told.house and set(unnumbered.streets) < set(told.streets)
    assert address_keys(None, None, None, None, None, None) is None


def test_an_address_of_one_text_is_compared_as_its_words() -> None:
    one = address_keys("12 Harbour Road, Friborg", None, None, None, None, None)
    other = address_keys("Friborg, Harbour Road 12", None, None, None, None, None)
    assert one == other and one is not None and one.house
