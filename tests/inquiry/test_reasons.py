"""Reasons: what says nothing is refused however it is dressed up; a sentence is taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphsvc.errors import InputError
from graphsvc.graph.content import content
from graphsvc.inquiry.deployment import parse_deployment
from graphsvc.inquiry.reasons import checked_reason

DEPLOYMENT = parse_deployment((content("loaders") / "deployment.yaml").read_bytes(), "deployment.yaml")
CASE = "VM-2026-0417"


def check(reason: str, purpose: str = "fraud") -> str:
    title = DEPLOYMENT.purposes[purpose]
    return checked_reason(reason, case=CASE, purpose=purpose, purpose_title=title, empty=DEPLOYMENT.empty_reasons)


@pytest.mark.parametrize(
    "reason",
    [
        "Who directs the companies that share the address of the burnt warehouse?",
        "Owner of the grey van seen near the bank",
        "Transfers between Ortelius BV and its former director",
        "Prüfung der Zahlungen an Firma Lynby",
        "Жалоба на кражу груза",
        "من هو مالك السيارة المسروقة",
        "जांच के लिए वाहन मालिक का पता",
        "查明该车辆的所有人",
        "ตรวจสอบเจ้าของรถ",
        "차량 소유자를 확인하기 위해",
    ],
)
def test_a_reason_that_says_something_is_kept_as_written(reason: str) -> None:
    assert check(f"  {reason}\n ") == reason


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "   ",
        "investigation",
        "Investigation.",
        "INVESTIGATION INVESTIGATION INVESTIGATION",
        "test",
        "n/a",
        "N / A",
        "directors",
        "two words",
        "van van van van",
        "case VM-2026-0417",
        "VM-2026-0417 vm 2026 0417",
        "Prevention and detection of fraud",
        "fraud, detection; prevention of fraud",
        "as requested",
        "police business, background check",
        "a b c d e f",
        "aaa bbb ccc ddd",
        "1234 5678 9012",
        "... --- ...",
        "te\u200bst, \uff54\uff45\uff53\uff54, tést, TEST",
        "👍 👍👍 👌",
    ],
)
def test_a_reason_that_says_nothing_is_refused(reason: str) -> None:
    with pytest.raises(InputError, match="Say in a sentence what you want to find out"):
        check(reason)


@pytest.mark.parametrize(
    "reason", ["owner of\x00 the grey van", "owner of \u202ethe grey van", "owner of \ud800 the grey van", "\x1b[2J owner of the van"]
)
def test_a_reason_that_cannot_be_shown_as_it_is_is_refused(reason: str) -> None:
    with pytest.raises(InputError, match="characters that can't be shown"):
        check(reason)


def test_a_reason_is_not_a_book() -> None:
    with pytest.raises(InputError, match=r"1199 characters; 1000 is the most"):
        check("word " * 240)


EMPTY = st.sampled_from([*DEPLOYMENT.empty_reasons, CASE, "fraud", DEPLOYMENT.purposes["fraud"]])
DRESS = st.sampled_from([str.upper, str.lower, str.title, lambda s: s.replace(" ", "  "), lambda s: "".join(c + "\u200d" for c in s)])
BETWEEN = st.sampled_from([" ", ", ", " - ", "; ", " / ", "\n", ". ", " 7 ", " !!! ", " x "])


@given(st.lists(st.tuples(EMPTY, DRESS, BETWEEN), max_size=15))
def test_no_combination_of_what_says_nothing_says_something(pieces: list[tuple[str, object, str]]) -> None:
    with pytest.raises(InputError):
        check("".join(dress(piece) + between for piece, dress, between in pieces))  # type: ignore[operator]


def letters(word: str) -> bool:
    return len(set(word)) > 1


WORD = st.text(alphabet="bcdghjkmpvwz", min_size=3, max_size=8).filter(letters)


@given(st.lists(WORD, min_size=3, max_size=20, unique=True), st.lists(EMPTY, max_size=3), st.randoms(use_true_random=False))
def test_three_words_of_ones_own_are_enough_whatever_stands_around(own: list[str], around: list[str], order: object) -> None:
    pieces = [*own, *around]
    order.shuffle(pieces)  # type: ignore[attr-defined]
    assert check(" ".join(pieces)) == " ".join(" ".join(pieces).split())


@given(st.text(max_size=1200))
def test_any_text_is_taken_or_refused_in_words(text: str) -> None:
    try:
        kept = check(text)
    except InputError as error:
        assert error.hint or "most" in error.message
    else:
        assert kept == " ".join(kept.split())
        assert kept.encode()
        assert check(kept) == kept
