"""Lists as they are brought: what is recognised, what is told of bad rows and values, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphsvc.errors import InputError
from graphsvc.screening import lists
from graphsvc.screening.lists import List, list_of_file, list_of_rows
from graphsvc.screening.output import written
from graphsvc.screening.rows import Manner, Row, row_of, rows_of


def listed(tmp_path: Path, text: str | bytes, kind: str = "people", **more: object) -> List:
    file = tmp_path / "list.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list_of_file(file, kind, **more)  # type: ignore[arg-type]


def one(kind: str = "people", how: Manner | None = None, **values: str) -> Row:
    return row_of(kind, list_of_rows([values], kind).rows[0], how or Manner())


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_delimiter_and_columns_are_recognised(tmp_path: Path, sign: str) -> None:
    given = listed(tmp_path, f"Full name{sign}birthDate{sign}Notes\nAda Holm{sign}1971{sign}x\n")
    assert given.columns == {"Full name": "name", "birthDate": "birth_date"}
    assert given.rows[0].values == {"name": ("Ada Holm",), "birth_date": ("1971",)} and given.rows[0].line == 2


def test_json_lines_with_several_values(tmp_path: Path) -> None:
    given = listed(tmp_path, '{"name": ["Ada Holm", "A. Holm"], "phone": 4755501234}\n{"alias": "Bo"}\n')
    assert given.rows[0].values == {"name": ("Ada Holm", "A. Holm"), "phone": ("4755501234",)}
    assert given.rows[1].values == {"alias": ("Bo",)}


def test_what_a_column_is_can_be_said_and_wins(tmp_path: Path) -> None:
    given = listed(tmp_path, "klant,name\nAda Holm,K-1\n", columns={"name": "klant"})
    assert given.columns == {"klant": "name"} and given.rows[0].values == {"name": ("Ada Holm",)}


@pytest.mark.parametrize(
    ("text", "more", "says"),
    [
        ("", {}, "no rows"),
        ("name\n", {}, "no rows"),
        ("customer;since\nAda;2019\n", {}, "can be looked up among people"),
        ("name\nAda\n", {"columns": {"nam": "name"}}, "No column can be"),
        ("name\nAda\n", {"columns": {"name": "klant"}}, "has no column 'klant'"),
        ("name\nAda\n", {"kind": "vessels"}, "no lists of 'vessels'"),
        ("name\nAda\n", {"delimiter": ",,"}, "one character"),
        ("name\nAda\n", {"encoding": "klingon"}, "no text encoding"),
        (b"PK\x03\x04zip", {}, "zip archive"),
    ],
)
def test_what_is_no_list_is_refused_saying_why(tmp_path: Path, text: str | bytes, more: dict[str, object], says: str) -> None:
    with pytest.raises(InputError) as error:
        listed(tmp_path, text, **more)  # type: ignore[arg-type]
    assert says in str(error.value)


def test_a_list_longer_than_any_policy_allows_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_ROWS", 2)
    with pytest.raises(InputError, match="more than 2 rows"):
        listed(tmp_path, "name\nAda\nBo\nCy\n")


def test_a_row_that_cannot_be_read_stays_with_its_line_and_the_reason(tmp_path: Path) -> None:
    given = listed(tmp_path, "name,born\nAda Holm,1971\nBo\nCy Brandt,1980\n")
    rows = rows_of("people", given.rows, Manner())
    assert [(row.number, row.given.line, row.told is None) for row in rows] == [(1, 2, False), (2, 3, True), (3, 4, False)]
    assert "1 fields where the header has 2" in rows[1].problems[0]


def test_a_value_that_cannot_be_used_is_told_and_the_others_count() -> None:
    row = one(name="Ada Holm", birth_date="3/4/1971", phone="12", email="nobody")
    assert row.told is not None and row.told["names"] == ["Ada Holm"] and row.told["born"] is None
    assert len(row.problems) == 3 and "can mean two days" in row.problems[-1]


@pytest.mark.parametrize(
    ("born", "form", "told"),
    [
        ("1971-03-14", None, "1971-03-14"),
        ("14.03.1971", None, "1971-03-14"),
        ("1971/03/14", None, "1971-03-14"),
        ("1971-03", None, "1971-03"),
        ("1971", None, "1971"),
        ("03/14/1971", "%m/%d/%Y", "1971-03-14"),
    ],
)
def test_dates(born: str, form: str | None, told: str) -> None:
    row = one(name="x", birth_date=born, how=Manner(dates=form))
    assert row.told is not None and row.told["born"] == told


def test_values_are_normalised_as_loads_do() -> None:
    row = one(
        name="Ada", phone="55 50 12 34", email=" Ada@Holm.NO ", iban="NO93 8601 1117 947", plate="vk-1001", jurisdiction="NOR", country="NO"
    )
    told = row.told or {}
    assert (told["phones"], told["emails"], told["accounts"]) == (["+4755501234"], ["ada@holm.no"], ["NO9386011117947"])
    assert told["vehicles"] == ["VK1001|NO"] and not row.problems
    company = one("organisations", name="Holm", registration_number="923 609 016", country="NO", lei="529900T8BM49AURSDO55").told or {}
    assert company["identifiers"] == ["registration|923 609 016|NO", "lei|529900T8BM49AURSDO55|"]


def test_what_rows_do_not_name_can_be_said_of_the_list() -> None:
    told = one("organisations", how=Manner("NOR", jurisdiction="xv"), name="Holm", registration_number="1", phone="55501234").told or {}
    assert (told["identifiers"], told["phones"], told["countries"]) == (["registration|1|XV"], ["+4755501234"], ["NO"])
    told = one("organisations", how=Manner("NOR"), name="Holm", registration_number="1").told or {}
    assert told["identifiers"] == ["registration|1|NO"]


def test_a_country_or_form_of_dates_that_is_none_is_refused() -> None:
    for wrong in ({"country": "Norway"}, {"dates": "%Q"}):
        with pytest.raises(InputError):
            Manner(**wrong)


def test_the_file_has_a_line_for_every_row_and_no_formula() -> None:
    best = {"id": "a/person/1", "caption": '=HYPERLINK("x")', "type": "Person", "source": "a", "score": 0.99, "bits": -1.5, "sentences": []}
    asked = {"name": ["=1+1"]}
    row = {"row": 1, "line": 2, "asked": asked, "verdict": "same", "problems": [], "cut": [], "candidates": [best]}
    text = written([row, {**row, "row": 2, "candidates": [], "verdict": None}], Path("x.csv")).decode()
    assert len(text.splitlines()) == 3 and ",\"'=HYPERLINK(" in text and ",-1.5," in text
    lines = written([row], Path("x.jsonl")).decode().splitlines()
    assert len(lines) == 1 and '"verdict": "same"' in lines[0]
