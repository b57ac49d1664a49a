"""Which version of a record is in force: only what was observed counts, not when it was loaded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from graphsvc.loading.versions import ordinals, winner

DAYS = ["2024-01-31", "2024-02-29", "2024-03-31"]
observations = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(DAYS)), min_size=1)


def _by_content(seen: list[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for sha, day in seen:
        found.setdefault(sha, set()).add(day)
    return found


def test_the_latest_counts_and_the_smallest_hash_among_equals() -> None:
    assert winner({"b": ["2024-01-31"], "a": ["2024-02-29"]}) == "a"
    assert winner({"b": ["2024-01-31", "2024-03-31"], "a": ["2024-02-29"]}) == "b"
    assert winner({"b": ["2024-02-29"], "a": ["2024-02-29"]}) == "a"
    assert winner({}) is None


def test_a_later_full_load_without_the_key_ends_it_and_one_of_the_same_day_does_not() -> None:
    seen = {"a": ["2024-02-29"]}
    assert winner(seen, ["2024-03-31"]) is None
    assert winner(seen, ["2024-02-29", "2024-01-31"]) == "a"
    # A time within the day comes after the day itself.
    assert winner(seen, ["2024-02-29T12:00:00.000Z"]) is None


def test_versions_are_numbered_by_when_they_were_first_true() -> None:
    assert ordinals({"b": ["2024-03-31", "2024-01-31"], "a": ["2024-02-29"], "c": ["2024-02-29"]}) == {"b": 1, "a": 2, "c": 3}


@given(observations, st.randoms(), st.lists(st.sampled_from(DAYS)))
def test_the_order_of_observing_does_not_matter(seen: list[tuple[str, str]], random: object, full: list[str]) -> None:
    shuffled = list(seen)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = _by_content(seen), _by_content(shuffled)
    assert winner(one, full) == winner(other, full[::-1])
    assert ordinals(one) == ordinals(other)
    assert sorted(ordinals(one).values()) == list(range(1, len(one) + 1))
