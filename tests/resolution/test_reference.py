"""The reference table says how common a name is, tells of nobody, and is the only place from which that comes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from graphsvc.errors import InputError
from graphsvc.resolution.reference import NO_REFERENCE, build_reference, load_reference
from graphsvc.resolution.resolve import resolve_people
from graphsvc.resolution.train import train
from tests.resolution.tables import REFERENCE, organisations, people, person


def test_shares_are_counted_and_rare_names_left_out() -> None:
    rows = [person(f"a/{n}", "Anna Hansen") for n in range(60)] + [person(f"a/{n}", f"Peter X{n}sen") for n in range(60, 100)]
    made = build_reference(title="register", version="1", people=people(*rows), population=5000)
    assert made.share("given", "anna") == 0.6
    assert made.share("family", "hansen") == 0.6
    assert set(made.family) == {"hansen"}
    assert made.share("family", "x61sen") == made.unlisted["family"] == 0.02
    assert made.population == 5000


def test_names_of_organisations_are_counted_without_their_form() -> None:
    rows = [{"id": f"r/{n}", "source": "r", "names": [f"Nordic Trade {form}"]} for n, form in enumerate(["Ltd", "GmbH"] * 5)]
    made = build_reference(title="register", version="1", organisations=organisations(*rows))
    assert made.core == {"nordic trade": 1.0}
    assert made.given == {} and made.share("given", "anna") == NO_REFERENCE.share("given", "anna")


def test_a_table_is_read_back_and_a_changed_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "names.json"
    REFERENCE.save(path)
    assert load_reference(path) == REFERENCE
    path.write_text(path.read_text(encoding="utf-8").replace("0.04", "0.0001", 1), encoding="utf-8")
    with pytest.raises(InputError, match="was changed after it was made"):
        load_reference(path)
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(InputError, match="is no reference table"):
        load_reference(path)


def test_frequencies_do_not_come_from_the_rows_at_hand() -> None:
    """A thousand more bearers of a name change nothing; another table does."""
    pair = [person("a/1", "Tove Lund", "1971-03-04"), person("b/1", "Tove Lund", "1971-03-04")]
    more = [person(f"c/{n}", "Tove Lund", f"{1900 + n % 60}-01-01") for n in range(300)]
    alone = resolve_people(people(*pair), reference=REFERENCE).decisions[0]
    crowded = {(d.a, d.b): d for d in resolve_people(people(*pair, *more), reference=REFERENCE).decisions}["a/1", "b/1"]
    assert alone == crowded
    common = replace(REFERENCE, family={"lund": 0.1})
    assert resolve_people(people(*pair), reference=common).decisions[0].bits < alone.bits - 10


def told(n: int, source: str, born: str | None) -> dict[str, Any]:
    given = ["Anna", "Peter", "Maria", "Tove"][n % 4]
    return person(
        f"{source}/{n:03}", f"{given} {'abcdefghij'[n % 10]}{'aeiou'[n // 10 % 5]}{'lmnrst'[n % 6]}sen", born, phones=[f"+4456{n:04}"]
    )


def test_a_model_is_learned_from_labels_and_the_same_each_time() -> None:
    rows = [told(n, source, f"19{50 + n % 40}-03-{10 + n % 19}" if n % 5 or source == "a" else None) for n in range(60) for source in "ab"]
    labels = {row["id"]: row["id"][2:] for row in rows}
    made = [train("people", [(people(*rows), REFERENCE)], [labels], version="t", trained_on="test") for _ in range(2)]
    assert made[0] == made[1] and made[0].sha256 == made[1].sha256
    assert made[0].weights["phone"]["shared"].m > 0.9
    assert made[0].weights["birth_date"]["day_tied"].m > 0.9


def test_a_model_is_learned_without_labels() -> None:
    rows = [told(n, source, f"19{50 + n % 40}-03-{10 + n % 19}") for n in range(60) for source in "ab"]
    small = replace(REFERENCE, population=1000)
    made = train("people", [(people(*rows), small)], version="t", trained_on="test")
    assert made.weights["phone"]["shared"].m > 0.5
    assert made.trained_on == "test"


def test_there_must_be_something_to_learn_from() -> None:
    rows = [told(n, "a", None) for n in range(5)]
    with pytest.raises(InputError, match="no true pair to learn from"):
        train("people", [(people(*rows), REFERENCE)], [{}], version="t", trained_on="test")
    with pytest.raises(InputError, match="no pair to learn from"):
        train("people", [(people(*rows), REFERENCE)], version="t", trained_on="test")
