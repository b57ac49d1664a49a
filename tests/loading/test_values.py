"""Dates, money, numbers, truth values and points: exact, and refused when they are not what the spec says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graphsvc.errors import RowError
from graphsvc.loading.values import (
    MINOR_UNITS,
    Money,
    When,
    compile_boolean,
    compile_date,
    compile_money,
    compile_number,
    compile_point,
    text_of,
)


def error_of(parse: Any, *given: Any) -> RowError:
    with pytest.raises(RowError) as raised:
        parse(*given)
    return raised.value


# --- dates


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2019", When("2019", "2019-01-01", "2019-12-31", None, "year")),
        ("2020-02", When("2020-02", "2020-02-01", "2020-02-29", None, "month")),
        ("2019-05-12", When("2019-05-12", "2019-05-12", "2019-05-12", None, "day")),
        ("0999", When("0999", "0999-01-01", "0999-12-31", None, "year")),
    ],
)
def test_a_partial_date_stays_partial_and_carries_its_bounds(text: str, when: When) -> None:
    assert compile_date(["iso"])(text) == when


@pytest.mark.parametrize(
    ("text", "utc", "offset", "precision"),
    [
        ("2021-10-03T10:53:03Z", "2021-10-03T10:53:03.000Z", "+00:00", "second"),
        ("2021-10-03 12:53:03+02:00", "2021-10-03T10:53:03.000Z", "+02:00", "second"),
        ("2021-10-03T05:23:03-0530", "2021-10-03T10:53:03.000Z", "-05:30", "second"),
        ("2021-10-03T23:00:00-07", "2021-10-04T06:00:00.000Z", "-07:00", "second"),
        ("2020-06-29 02:33:46.538", "2020-06-29T02:33:46.538Z", None, "second"),
        ("2020-06-29 02:33:46,5", "2020-06-29T02:33:46.500Z", None, "second"),
        ("2020-06-29 02:33:46.538120", "2020-06-29T02:33:46.538120Z", None, "second"),
        ("2020-06-29 02:33:46.538000", "2020-06-29T02:33:46.538Z", None, "second"),
        ("2020-06-29 02:33:46.1234567", "2020-06-29T02:33:46.123456700Z", None, "second"),
    ],
)
def test_a_time_becomes_utc_and_keeps_its_offset_and_its_digits(text: str, utc: str, offset: str | None, precision: str) -> None:
    assert compile_date(["iso"])(text) == When(utc, utc, utc, offset, precision)  # type: ignore[arg-type]


def test_a_time_without_seconds_may_be_any_of_its_minute_or_hour() -> None:
    minute = When("2021-10-03T10:53:00.000Z", "2021-10-03T10:53:00.000Z", "2021-10-03T10:53:59.999Z", None, "minute")
    assert compile_date(["iso"])("2021-10-03 10:53") == minute
    hour = compile_date(["%Y-%m-%d %Hh"])("2021-10-03 10h")
    assert (hour.min, hour.max, hour.precision) == ("2021-10-03T10:00:00.000Z", "2021-10-03T10:59:59.999Z", "hour")


@pytest.mark.parametrize(
    ("form", "text", "utc"),
    [
        ("%d.%m.%Y", "3.7.2020", "2020-07-03"),
        ("%m/%d/%Y - %H:%M:%S", "10/03/2021 - 03:53:03", "2021-10-03T03:53:03.000Z"),
        ("%Y%m%d", "19560409", "1956-04-09"),
        ("%d%m%y", "010269", "1969-02-01"),
        ("%d %B %Y", "2 march 2001", "2001-03-02"),
        ("%b-%Y", "May-2001", "2001-05"),
        ("%d/%m/%Y %I:%M %p", "01/02/2003 12:05 AM", "2003-02-01T00:05:00.000Z"),
        ("%d/%m/%Y %I:%M %p", "01/02/2003 12:05 pm", "2003-02-01T12:05:00.000Z"),
        ("%Y-%m-%d %H:%M:%S.%f%z", "2003-02-01 01:00:00.25+0200", "2003-01-31T23:00:00.250Z"),
        ("%Y %%", "2003 %", "2003"),
    ],
)
def test_formats_follow_strptime(form: str, text: str, utc: str) -> None:
    assert compile_date([form])(text).text == utc


def test_formats_are_tried_in_order() -> None:
    parse = compile_date(["%d.%m.%Y", "iso"])
    assert [parse(text).text for text in ("12.05.2019", "2019-05")] == ["2019-05-12", "2019-05"]
    assert error_of(parse, "5/12/2019").message == "'5/12/2019' is not a date in one of the forms %d.%m.%Y, iso"


@pytest.mark.parametrize(
    "text", ["31.02.2020", "29.02.2021", "00.01.2020", "1.13.2020", "1.1.20", "1.1.2020 ", "", "n/a", "01.01.0000", "\u0661.\u0661.2020"]
)
def test_what_is_not_a_date_is_refused_with_the_form(text: str) -> None:
    refused = error_of(compile_date(["%d.%m.%Y"]), text)
    assert (refused.code, refused.message) == ("bad_date", f"{text!r} is not a date in the form %d.%m.%Y")


@pytest.mark.parametrize(
    "text",
    ["2019-13", "2019-00-10", "2019-5-1", "20190512", "2019-02-30", "2019-05-12T25:00:00", "2019-05-12T10:00:60", "2019-W01-1", "19",
     "2019-05-12T10:00:00+25:00", "2019-05-12T10:00:00+01:75", "0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-01:00",
     "\uff12\uff10\uff11\uff19"],
)  # fmt: skip
def test_what_is_not_iso_is_refused(text: str) -> None:
    assert error_of(compile_date(["iso"]), text).message == f"{text!r} is not an ISO date"


def test_a_time_zone_places_times_that_carry_no_offset() -> None:
    parse, moment = compile_date(["iso", "%m/%d/%Y - %H:%M:%S"], "America/Los_Angeles"), "2021-10-03T10:53:03.000Z"
    assert parse("10/03/2021 - 03:53:03") == When(moment, moment, moment, "-07:00", "second")
    assert parse("2021-01-03T03:53:03").offset == "-08:00"
    assert parse("2021-01-03T03:53:03+01:00").text == "2021-01-03T02:53:03.000Z"
    assert parse("2021-10-03") == When("2021-10-03", "2021-10-03", "2021-10-03", None, "day")
    assert compile_date(["iso"], "Europe/Paris")("1900-01-01T00:00:00").offset == "+00:09:21"


def test_a_repeated_hour_means_the_first_and_a_skipped_one_is_refused() -> None:
    parse = compile_date(["iso"], "Europe/Amsterdam")
    assert (parse("2021-10-31T02:30:00").text, parse("2021-10-31T02:30:00").offset) == ("2021-10-31T00:30:00.000Z", "+02:00")
    assert parse("2021-10-31T03:00:00").text == "2021-10-31T02:00:00.000Z"
    assert parse("2021-03-28T01:59:59").text == "2021-03-28T00:59:59.000Z"
    assert parse("2021-03-28T03:00:00").text == "2021-03-28T01:00:00.000Z"
    assert error_of(parse, "2021-03-28T02:30:00").message == (
        "'2021-03-28T02:30:00' is not an ISO date: the clocks of Europe/Amsterdam skip this time"
    )


@pytest.mark.parametrize(
    ("formats", "said"),
    [
        ([], "no date format"),
        (["%d.%m"], "needs the year"),
        (["%Y %y"], "needs the year"),
        (["%Y-%d"], "has %d without %m"),
        (["%Y-%m %H"], "has %H without %d"),
        (["%Y-%m-%d %H:%S"], "has %S without %M"),
        (["%Y-%m-%d %z"], "has %z without %H"),
        (["%Y-%m-%d %I"], "%I and %p go together"),
        (["%Y-%m-%b"], "has the month twice"),
        (["%Y %Y"], "uses %Y twice"),
        (["%j %Y"], "uses %j; known are %Y"),
        (["%Y%"], "known are"),
        (["ISO"], "needs the year"),
    ],
)
def test_a_format_that_can_not_serve_is_refused_when_it_is_compiled(formats: list[str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        compile_date(formats)


@pytest.mark.parametrize("name", ["Europe/Atlantis", "Europe", "../etc/passwd", ""])
def test_an_unknown_time_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="there is no time zone"):
        compile_date(["iso"], name)


FORMATS = [
    "%Y-%m-%d %H:%M:%S",
    "%d.%m.%Y",
    "%m/%d/%Y - %H:%M:%S",
    "%Y%m%d%H%M%S",
    "%d %b %Y %I:%M:%S %p",
    "%y/%m/%d",
    "%B %d, %Y",
    "%d%m%Y",
]


@settings(deadline=None)
@given(moment=st.datetimes(min_value=datetime(1000, 1, 1)), form=st.sampled_from(FORMATS))
def test_formats_read_what_strftime_writes_as_strptime_does(moment: datetime, form: str) -> None:
    text = moment.strftime(form)
    theirs = datetime.strptime(text, form)
    ours = compile_date([form])(text)
    assert ours.text == (f"{theirs.isoformat()}.000Z" if "S" in form else theirs.date().isoformat())


@settings(deadline=None)
@given(text=st.from_regex(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}", fullmatch=True))
@example("29.02.1900")
def test_what_strptime_refuses_is_refused(text: str) -> None:
    parse = compile_date(["%d.%m.%Y"])
    try:
        theirs = datetime.strptime(text, "%d.%m.%Y")
    except ValueError:
        assert error_of(parse, text).code == "bad_date"
    else:
        assert parse(text).text == theirs.date().isoformat()


@settings(deadline=None)
@given(
    # Before 1970 the machine's zones, which the test asks, may know more than the package's.
    moment=st.datetimes(min_value=datetime(1970, 1, 3), max_value=datetime(2100, 1, 1)),
    zone=st.sampled_from(["Europe/Amsterdam", "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia"]),
)
@example(moment=datetime(2021, 10, 31, 0, 30), zone="Europe/Amsterdam")
@example(moment=datetime(2021, 10, 31, 1, 30), zone="Europe/Amsterdam")
def test_every_instant_shown_by_a_clock_comes_back_unless_the_clock_shows_it_twice(moment: datetime, zone: str) -> None:
    shown = moment.replace(microsecond=0, tzinfo=UTC).astimezone(ZoneInfo(zone))
    text = shown.replace(tzinfo=None).isoformat()
    first = shown.replace(fold=0).astimezone(UTC).replace(tzinfo=None)
    assert compile_date(["iso"], zone)(text).text == f"{first.isoformat()}.000Z"


@settings(deadline=None)
@given(day=st.dates())
def test_the_bounds_of_a_date_hold_it_and_what_follows_is_outside(day: date) -> None:
    parse = compile_date(["iso"])
    for text in (day.isoformat()[:4], day.isoformat()[:7], day.isoformat()):
        when = parse(text)
        assert when.min <= day.isoformat() <= when.max and when.min.startswith(text) and when.max.startswith(text)
        if date.fromisoformat(when.max) < date.max:
            assert not (date.fromisoformat(when.max) + timedelta(days=1)).isoformat().startswith(text)


@settings(deadline=None, max_examples=150)
@given(
    text=st.from_regex(
        r"[0-9W]{4}[-0-9][0-9W -]{2}[-0-9][0-9]{1,2}([T :][0-9+ ]{2}[:0-9.][0-9]{2}[:.0-9][0-9]{2}([.,][0-9]{1,4})?)?", fullmatch=True
    )
)
@example("2020-01-01 00:00:00.000")
@example("2020-W01-1")
@example("2020-01-01T24:00:00")
def test_iso_texts_are_read_as_the_standard_library_does_or_refused(text: str) -> None:
    try:
        when = compile_date(["iso"])(text)
    except RowError:
        return
    theirs = datetime.fromisoformat(text.replace(" ", "T"))
    assert when.text[:19] == theirs.isoformat()[: 19 if when.precision == "second" else 10]
    assert text[4] == text[7] == "-"


# --- money


@pytest.mark.parametrize(
    ("options", "text", "money"),
    [
        (dict(currency="EUR"), "1234.56", Money(123456, "EUR", None)),
        (dict(currency="EUR"), "-0.5", Money(-50, "EUR", None)),
        (dict(currency="EUR"), "12", Money(1200, "EUR", None)),
        (dict(currency="EUR"), "544595.7886430753", Money(54459579, "EUR", "544595.7886430753")),
        (dict(currency="EUR"), "0.125", Money(12, "EUR", "0.125")),
        (dict(currency="EUR"), "0.135", Money(14, "EUR", "0.135")),
        (dict(currency="EUR"), "0.120000", Money(12, "EUR", None)),
        (dict(currency="EUR"), "1.5E3", Money(150000, "EUR", None)),
        (dict(currency="EUR", decimal=",", group="."), "1.234.567,89", Money(123456789, "EUR", None)),
        (dict(currency="EUR", decimal=",", group=" "), "1\u00a0234\u202f567,8", Money(123456780, "EUR", None)),
        (dict(currency="INR", group=","), "12,34,567.50", Money(123456750, "INR", None)),
        (dict(currency="JPY"), "500", Money(500, "JPY", None)),
        (dict(currency="JPY"), "500.5", Money(500, "JPY", "500.5")),
        (dict(currency="KWD"), "1.2345", Money(1234, "KWD", "1.2345")),
        (dict(currency="GBP", unit=1000), "12.3456", Money(1234560, "GBP", None)),
        (dict(currency="GBP", unit="minor"), "1234", Money(1234, "GBP", None)),
        (dict(currency="GBP", unit="minor"), "12.5", Money(12, "GBP", "0.125")),
    ],
)
def test_money_is_minor_units_and_keeps_what_is_finer(options: dict[str, Any], text: str, money: Money) -> None:
    assert compile_money(**options)(text) == money


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "1,5"),
        ({}, "€ 5"),
        ({}, ""),
        ({}, "."),
        ({}, "1.2.3"),
        ({}, "1 000"),
        ({}, "NaN"),
        ({}, "(5.00)"),
        ({}, "1_000"),
        ({}, "٣"),
        (dict(group=","), "1,5"),
        (dict(group=","), "1,2345"),
        (dict(group=","), ",123"),
        (dict(decimal=",", group="."), "1,234.56"),
    ],
)
def test_what_is_not_an_amount_is_refused(options: dict[str, Any], text: str) -> None:
    assert error_of(compile_money("EUR", **options), text).code == "bad_money"


def test_the_currency_may_come_with_the_row() -> None:
    parse = compile_money(None)
    assert parse("5", "usd ") == Money(500, "USD", None)
    assert error_of(parse, "5").code == "missing_currency"
    assert error_of(parse, "5", "€").code == "bad_currency"
    assert compile_money("EUR")("5", "JPY") == Money(5, "JPY", None)


def test_money_beyond_64_bits_and_absurd_exponents_are_refused() -> None:
    parse = compile_money("EUR")
    assert parse("92233720368547758.07").minor == 2**63 - 1
    assert error_of(parse, "92233720368547758.08").code == "out_of_range"
    assert error_of(parse, "1e999").code == "bad_money"
    assert error_of(parse, "9" * 100).code == "bad_money"


@pytest.mark.parametrize(
    "options",
    [
        dict(currency="EURO"),
        dict(currency="eur"),
        dict(unit=0),
        dict(unit="cents"),
        dict(unit=True),
        dict(decimal=",", group=","),
        dict(decimal=""),
    ],
)
def test_options_of_money_that_can_not_be_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"ISO 4217|unit|sign"):
        compile_money(**options)


def test_minor_units_are_those_of_iso_4217() -> None:
    assert {code: MINOR_UNITS[code] for code in ("EUR", "JPY", "KRW", "ISK", "KWD", "BHD", "TND", "CLF", "HUF", "UGX")} == {
        "EUR": 2, "JPY": 0, "KRW": 0, "ISK": 0, "KWD": 3, "BHD": 3, "TND": 3, "CLF": 4, "HUF": 2, "UGX": 0,
    }  # fmt: skip


@settings(deadline=None)
@given(
    amount=st.decimals(min_value=-(10**15), max_value=10**15, allow_nan=False, allow_infinity=False),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_money_rounds_as_decimal_arithmetic_does_and_loses_nothing(amount: Decimal, currency: str) -> None:
    exact = Context(prec=100)
    if abs(amount.as_tuple().exponent) > 30:  # type: ignore[arg-type]
        amount = amount.quantize(Decimal("1e-9"), context=exact)
    money = compile_money(currency)(f"{amount:f}")
    scaled = amount.scaleb(MINOR_UNITS[currency], exact)
    assert money.minor == int(scaled.to_integral_value(ROUND_HALF_EVEN))
    assert (money.exact is None) == (scaled == scaled.to_integral_value())
    assert money.exact is None or Decimal(money.exact) == amount


# --- numbers


def test_numbers_are_whole_or_not_as_the_spec_says() -> None:
    assert [compile_number(integer=True)(t) for t in ("12", "-12", "+7", "12.0", "1e3", " 5 ", str(2**63 - 1), str(-(2**63)))] == [
        12, -12, 7, 12, 1000, 5, 2**63 - 1, -(2**63),
    ]  # fmt: skip
    assert compile_number(decimal=",", group=".")("1.234,5") == 1234.5
    assert compile_number()("-.5") == -0.5
    assert compile_number()("\u22125") == -5.0
    assert compile_number(percent=True)("12.5 %") == 0.125
    assert compile_number(percent=True)("75") == 0.75


@pytest.mark.parametrize("text", ["", "nan", "inf", "-inf", "1_0", "0x1f", "1.5.5", "--5", "1e", "five", "1,5"])
def test_what_is_not_a_number_is_refused(text: str) -> None:
    assert error_of(compile_number(), text).code == "bad_number"
    assert error_of(compile_number(integer=True), text).code == "bad_number"


def test_numbers_beyond_their_range_are_refused() -> None:
    assert error_of(compile_number(integer=True), str(2**63)).code == "out_of_range"
    assert error_of(compile_number(integer=True), "12.5").code == "bad_number"
    assert error_of(compile_number(), "1e400").code == "bad_number"
    with pytest.raises(ValueError, match="both whole and a percentage"):
        compile_number(integer=True, percent=True)


@settings(deadline=None)
@given(st.integers(-(2**63), 2**63 - 1))
def test_every_64_bit_number_comes_back(number: int) -> None:
    assert compile_number(integer=True)(str(number)) == number
    assert compile_number(integer=True, group=",")(f"{number:,}") == number


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e50, max_value=1e50))
@example(1e-50)
def test_every_float_of_use_comes_back(number: float) -> None:
    if number == 0 or abs(number) > 1e-40:
        assert compile_number()(repr(number)) == number


# --- truth values and points


def test_truth_values_are_words() -> None:
    assert [compile_boolean()(t) for t in ("true", "F", " Yes", "0")] == [True, False, True, False]
    assert compile_boolean(["ja"], ["nee"])("JA") is True
    assert error_of(compile_boolean(["ja"], ["nee"]), "yes").message == "'yes' is neither one of ja nor of nee"
    with pytest.raises(ValueError, match="can't mean true and false"):
        compile_boolean(["x"], ["X"])


def test_a_point_is_two_numbers_on_the_earth_or_nothing() -> None:
    parse = compile_point()
    assert parse("-122.3360764", "47.6150657") == (-122.3360764, 47.6150657)
    assert parse(None, None) is None
    assert error_of(parse, "4.9", None).message == "a point has its longitude only"
    assert error_of(parse, None, "4.9").message == "a point has its latitude only"
    assert "may be swapped" in error_of(parse, "47.6", "-122.3").message
    assert error_of(parse, "200", "300").code == error_of(parse, "x", "1").code == "bad_point"
    assert compile_point(",")("4,9", "52,37") == (4.9, 52.37)


# --- texts of JSON values


def test_json_values_become_text_in_plain_notation() -> None:
    assert [text_of(v) for v in ("x", True, False, 12, Decimal("1.10"), Decimal("1e5"), Decimal("1e-7"))] == [
        "x", "true", "false", "12", "1.10", "100000", "0.0000001",
    ]  # fmt: skip
    assert len(text_of(Decimal("1e99999"))) < 10
    for nested in ([1], {"a": 1}):
        assert error_of(text_of, nested).code == "unexpected_shape"
