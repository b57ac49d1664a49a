"""The named normalisers: what each does, what it refuses, and that the page for people lists them all."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphsvc.loading.normalise
from graphsvc.errors import RowError
from graphsvc.loading.normalise import NORMALISERS, compile_normalisers

PAGE = Path(__file__).parents[2] / "docs" / "normalisers.md"
PACKAGE = Path(graphsvc.loading.normalise.__file__).parent


def apply(item: str | dict[str, Any], text: str) -> str | None:
    return compile_normalisers([item])(text)


@pytest.mark.parametrize(
    ("name", "text", "result"),
    [
        ("trim", " \tx y\u00a0\n", "x y"),
        ("collapse", "  x \n\u00a0 y ", "x y"),
        ("upper", "straße", "STRASSE"),
        ("lower", "ÀB", "àb"),
        ("casefold", "Straße", "strasse"),
        ("nfc", "e\u0301", "é"),
        ("nfkc", "\uff2ctd \ufb01", "Ltd fi"),
        ("strip_accents", "Čech Núñez Øre", "Cech Nunez Øre"),
        ("strip_accents", "й", "и"),
        ("digits", "KvK 12.34-56", "123456"),
        ("digits", "٣٤", "34"),
        ("alnum", "Ab_c-1 é/2", "Abc1é2"),
        ("strip_punctuation", "O'Neil & Sons, Ltd.", "ONeil  Sons Ltd"),
        ("plate", "ab-12 \uff43d", "AB12CD"),
        ("email", " Mailto@Example.ORG ", "mailto@example.org"),
        ("email", "mailto:a.b+c@x.example.org", "a.b+c@x.example.org"),
        ("country", "gb", "GB"),
        ("country", " GBR ", "GB"),
        ("country", "UK", "GB"),
        ("country", "SUN", "SU"),
        ("country", "XK", "XK"),
        ("vin", "wvwzzz1jz-3w386752", "WVWZZZ1JZ3W386752"),
        ("name_order", "DE VRIES, Anna Maria", "Anna Maria DE VRIES"),
        ("name_order", "Anna de Vries", "Anna de Vries"),
        ("name_order", "A, B, C", "A, B, C"),
        ("name_order", "Cher,", "Cher"),
        ("iban", "NL91 ABNA 0417 1643 00", "NL91ABNA0417164300"),
        ("lei", "213800KUD8LAJWSQ9D15", "213800KUD8LAJWSQ9D15"),
    ],
)
def test_a_normaliser_makes_a_text_comparable(name: str, text: str, result: str) -> None:
    assert apply(name, text) == result


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ("email", "not an address"),
        ("email", "a@b"),
        ("country", "Germany"),
        ("country", "XX"),
        ("vin", "WVWZZZ1JZ3W38675"),
        ("vin", "WVWZZZ1JZ3W38675O"),
        ("iban", "NL92 ABNA 0417 1643 00"),
        ("lei", "213800KUD8LAJWSQ9D16"),
        ("phone", "020 7946 0018"),
        ({"phone": "NL"}, "12"),
        ({"phone": "NL"}, "call me"),
        ({"stdnum": "ee.registrikood"}, "12345679"),
    ],
)
def test_a_normaliser_refuses_what_can_not_be(item: str | dict[str, Any], text: str) -> None:
    with pytest.raises(RowError) as refused:
        apply(item, text)
    assert refused.value.code == "bad_value" and refused.value.message.startswith(f"{text!r} is not ")


def test_phones_become_e164_by_their_region_or_their_country_code() -> None:
    assert apply({"phone": {"region": "GB"}}, "(020) 7946 00 18") == "+442079460018"
    assert apply({"phone": "GB"}, "0044 20 7946 0018") == "+442079460018"
    assert apply({"phone": "GB"}, "+1 202 555 0143") == "+12025550143"
    assert apply("phone", "+44 20-79460018") == "+442079460018"


def test_a_failed_check_is_an_error_or_kept_or_dropped_as_the_spec_says() -> None:
    assert apply({"stdnum": "ee.registrikood"}, "123 456 78") == "12345678"
    assert apply({"stdnum": {"number": "ee.registrikood", "check": "keep"}}, "123 456 79") == "12345679"
    assert apply({"stdnum": {"number": "ee.registrikood", "check": "drop"}}, "12345679") is None
    assert apply({"phone": {"region": "NL", "check": "keep"}}, "12-34") == "1234"
    assert apply({"phone": {"check": "drop"}}, "12-34") is None
    assert apply({"iban": {"check": "keep"}}, "nl92 abna 0417164300") == "NL92ABNA0417164300"


def test_normalisers_apply_in_order_and_nothing_left_means_missing() -> None:
    both = compile_normalisers(["trim", "strip_accents", "upper", {"stdnum": {"number": "ee.registrikood", "check": "drop"}}, "digits"])
    assert both(" 12345678 ") == "12345678"
    assert both("é") is None
    assert compile_normalisers(["digits"])("n/a") is None
    assert compile_normalisers([])("") is None
    assert compile_normalisers([])(" x ") == " x "


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("trimm", "there is no normaliser 'trimm'; did you mean trim"),
        ("zzz", "there are: trim, collapse"),
        ({"trim": {"side": "left"}}, "trim has no option 'side'; it takes none"),
        ({"trim": "left"}, "trim takes no such option: 'left'"),
        ({"phone": {"regoin": "NL"}}, "phone has no option 'regoin'; it takes region, check"),
        ({"phone": {"region": "XX"}}, "the region of phone is a country code"),
        ({"phone": {"region": "NL", "check": "maybe"}}, "check is one of error, keep, drop"),
        ({"stdnum": "ee.registrikod"}, "did you mean ee.registrikood"),
        ({"stdnum": "os.system"}, "python-stdnum has no number 'os.system'"),
        ({"stdnum": "util"}, "python-stdnum has no number 'util'"),
        ("stdnum", "python-stdnum has no number None; write a country and its number"),
        ({"trim": {}, "upper": {}}, "is written {name: options}"),
        ({}, "is written {name: options}"),
    ],
)
def test_an_unknown_name_or_option_is_a_sentence_for_the_spec(item: Any, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        compile_normalisers([item])


_PURE = [name for name in NORMALISERS if name not in ("stdnum", "phone", "iban", "lei", "name_order")]


@settings(deadline=None)
@given(name=st.sampled_from(_PURE), text=st.text(max_size=30))
def test_a_normalised_text_stays_when_it_is_normalised_again(name: str, text: str) -> None:
    try:
        once = apply(name, text)
    except RowError:
        return
    assert once is None or apply(name, once) == once


def test_the_page_lists_every_normaliser_with_its_meaning_and_options() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE.read_text(encoding="utf-8").partition("## Options")[0], flags=re.MULTILINE))
    assert list(rows) == list(NORMALISERS)
    for name, normaliser in NORMALISERS.items():
        assert rows[name].split(" | ")[0] == normaliser.doc
        assert re.findall(r"`(\w+)`", rows[name].split(" | ")[1]) == list(normaliser.options)


def test_the_page_explains_every_reason_for_which_reading_refuses_a_row() -> None:
    parts = ("csv_reader", "jsonl_reader", "formats", "paths", "dates", "money", "numbers", "identifiers", "values")
    later = ("mapper", "compartments", "rules", "prepare")  # what is refused after a row was read
    source = "".join((PACKAGE / f"{part}.py").read_text(encoding="utf-8") for part in parts)
    listed = re.findall(r"`([a-z]+_[a-z_]+)`", PAGE.read_text(encoding="utf-8").partition("# Rows")[2])
    assert set(re.findall(r'RowError\(\s*"(\w+)"', source)) <= set(listed)
    source += "".join((PACKAGE / f"{part}.py").read_text(encoding="utf-8") for part in later)
    assert [code for code in listed if f'"{code}"' not in source] == []
