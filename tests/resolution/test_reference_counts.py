"""The table of how common names are, from published statistics."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphsvc.errors import InputError
from graphsvc.resolution.reference import load_reference, reference_of_counts
from graphsvc.resolution.statistics import read_counts


def test_names_are_counted_by_their_compared_spelling_and_rare_ones_left_out(tmp_path: Path) -> None:
    given = tmp_path / "given.csv"
    given.write_text("name,people\nSøren,40\nSoeren,10\nAda,4\n", encoding="utf-8")
    table = reference_of_counts(
        title="a test", version="1", population=1000, given=read_counts(given), family={"Van der Berg": 100, "Holm": 200}
    )
    assert table.given == {"soren": 0.05} and table.family == {"holm": 0.2, "vanderberg": 0.1}
    assert table.share("given", "ada") == table.share("given", "nobody") == 0.005
    table.save(tmp_path / "names.json")
    assert load_reference(tmp_path / "names.json") == table


@pytest.mark.parametrize(
    ("text", "said"), [("name,people\nAda,many\n", "line 2"), ("name,people\n", "names nobody"), ("a\xff", "names nobody")]
)
def test_a_file_that_is_no_statistics_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "names.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_counts(path)


def test_more_bearers_than_people_are_refused() -> None:
    with pytest.raises(InputError, match="1,000 bear the listed given names, and there are to be 10"):
        reference_of_counts(title="a test", version="1", population=10, given={"Ada": 1000}, family={"Holm": 5})
