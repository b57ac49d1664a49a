"""What a bulk load is made of, without a database: lives of things, buckets on disk, cells of import files, the state of a load."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphsvc.graph.ontology import Property
from graphsvc.graph.types import wgs84
from graphsvc.loading.bulk.files import ARRAY_DELIMITER, Group, ImportFiles, byte_cell, columns_of_property, notes
from graphsvc.loading.bulk.lifetimes import Life, alive_at, in_force, joined, of_states, retirements, stored
from graphsvc.loading.bulk.spool import Spool, buckets_for, read
from graphsvc.loading.bulk.state import State

states = st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=6, unique_by=lambda one: one[0]).map(sorted)


class TestLifetimes:
    @given(states)
    def test_a_life_tells_each_state_again(self, given: list[tuple[int, bool]]) -> None:
        life = of_states(given)
        for (batch, alive), following in itertools.zip_longest(given, given[1:]):
            for number in range(batch, following[0] if following else 12):
                assert alive_at(life, number) is alive
        assert in_force(life) is given[-1][1]

    @given(st.lists(states.map(of_states), min_size=1, max_size=4))
    def test_what_rests_on_several_is_there_while_any_of_them_is(self, lives: list[Life]) -> None:
        life = joined(lives)
        assert life[0] == min(one[0] for one in lives)
        for batch in range(life[0], 12):
            assert alive_at(life, batch) is any(alive_at(one, batch) for one in lives)

    @pytest.mark.parametrize(
        ("life", "kept", "retired"),
        [
            ((3,), {"seq_from": 3}, 0),
            ((3, 7), {"seq_from": 3, "seq_to": 7}, 1),
            ((3, 3), {"seq_from": 3, "seq_to": 3}, 0),
            ((3, 3, 5), {"seq_from": 5, "seq_history": [3, 3]}, 0),
            ((1, 2, 5, 6), {"seq_from": 5, "seq_to": 6, "seq_history": [1, 2]}, 2),
        ],
    )
    def test_what_is_stored_of_it(self, life: Life, kept: dict[str, Any], retired: int) -> None:
        assert stored(life) == kept
        assert retirements(life) == retired


class TestSpool:
    def test_items_of_equal_keys_meet_in_one_bucket_whoever_wrote_them(self, tmp_path: Path) -> None:
        buckets = buckets_for(0)
        parts = [Spool(tmp_path / name, "things", name, buckets) for name in ("a", "b")]
        for number, part in itertools.product(range(50), parts):
            part.add(f"key {number}", (f"key {number}", number, {"text": "ö", "many": ["x"]}, b"\0\xff"))
        for part in parts:
            part.flush()
        found = [list(read([tmp_path / "a", tmp_path / "b"], "things", bucket)) for bucket in range(buckets)]
        assert sorted(item[1] for items in found for item in items) == sorted([*range(50), *range(50)])
        for items in found:
            assert all(sum(other[0] == item[0] for other in items) == 2 for item in items)

    def test_points_are_kept_too(self, tmp_path: Path) -> None:
        spool = Spool(tmp_path, "things", "a", 1)
        spool.put(0, (1, {"location": wgs84(4.25, 52.0)}))
        spool.flush()
        [(_, properties)] = read([tmp_path], "things", 0)
        assert properties["location"] == wgs84(4.25, 52.0)

    def test_no_bucket_is_large_and_there_are_not_too_many(self) -> None:
        assert buckets_for(0) < buckets_for(1 << 30) < buckets_for(1 << 40) <= 1024


GROUP = Group("nodes", ("Entity", "Person"), (("name", "string"), ("records", "string[]"), ("age", "long")), (("id:ID(Entity)", ""),))


def rows_of(files: ImportFiles) -> dict[tuple[str, bool], list[list[str]]]:
    """By header and whether its rows may have several lines: the rows of the closed files."""
    found = {}
    for told in files.close()["groups"]:
        with Path(told["file"]).open(newline="", encoding="utf-8") as file:
            found[Path(told["head"]).read_text().strip(), told["multiline"]] = list(csv.reader(file))
    return found


class TestImportFiles:
    def test_what_is_of_another_shape_goes_into_another_file(self, tmp_path: Path) -> None:
        files = ImportFiles(tmp_path, "0")
        files.put(GROUP, ('"1"',), {"name": 'Ann "the, hammer"', "records": ["r1", "r2"], "age": 7})
        files.put(GROUP, ('"2"',), {"name": ["Bob", "Rob"], "records": ["r3"]})
        files.put(GROUP, ('"3"',), {"name": "two\nlines", "more": True, "share": 0.5})
        head = "id:ID(Entity),name:string,records:string[],age:long"
        assert rows_of(files) == {
            (head, False): [["1", 'Ann "the, hammer"', f"r1{ARRAY_DELIMITER}r2", "7"]],
            (head.replace("name:string", "name:string[]"), False): [["2", f"Bob{ARRAY_DELIMITER}Rob", "r3", ""]],
            (f"{head},more:boolean,share:double", True): [["3", "two\nlines", "", "", "true", "0.5"]],
        }

    def test_what_csv_can_not_tell_is_noted(self, tmp_path: Path) -> None:
        files = ImportFiles(tmp_path, "0")
        files.put(GROUP, ('"1"',), {"name": ["a\x1fb", "c"], "age": 1}, id="1")
        files.put(GROUP, ('"2"',), {"name": ["", "c"], "more": []}, id="2")
        assert [rows for rows in rows_of(files).values()] == [[["1", "", "", "1"], ["2", "", "", ""]]]
        [path] = notes(tmp_path)
        assert path.read_text().splitlines() == [
            '{"link": null, "id": "1", "set": {"name": ["a\\u001fb", "c"]}}',
            '{"link": null, "id": "2", "set": {"name": ["", "c"]}}',
            '{"link": null, "id": "2", "set": {"more": []}}',
        ]

    def test_an_empty_text_is_not_a_missing_one(self, tmp_path: Path) -> None:
        files = ImportFiles(tmp_path, "0")
        files.put(GROUP, ('"1"',), {"name": ""})
        [told] = files.close()["groups"]
        assert Path(told["file"]).read_text() == '"1","",,\n'

    def test_bytes_are_the_numbers_that_java_takes_them_for(self) -> None:
        numbers = [int(one) for one in byte_cell(bytes(range(256))).split(ARRAY_DELIMITER)]
        assert numbers == [*range(128), *range(-128, 0)]

    def test_points_have_no_exponent(self, tmp_path: Path) -> None:
        files = ImportFiles(tmp_path, "0")
        place = columns_of_property("location", Property(type="point"))
        files.put(Group("nodes", ("Address",), place), (), {"location": wgs84(0.00000123, -0.5)})
        assert rows_of(files) == {
            ("location:point{crs:WGS-84}", False): [["{longitude:0.00000123, latitude:-0.5}"]],
        }


class TestState:
    def test_it_goes_on_after_the_last_step_that_was_done(self, tmp_path: Path) -> None:
        state = State(tmp_path / "bulk", "these files")
        state.begin("read")
        assert state.finish("read", {"rows": 1}) == {"rows": 1}
        state.begin("settle")
        again = State(tmp_path / "bulk", "these files")
        assert again.resumed and again.done("read") == {"rows": 1} and again.done("settle") is None

    def test_for_other_files_it_begins_anew(self, tmp_path: Path) -> None:
        State(tmp_path / "bulk", "these files").finish("read", {"rows": 1})
        (tmp_path / "bulk" / "left.csv").write_text("1")
        other = State(tmp_path / "bulk", "other files")
        assert not other.resumed and other.done("read") is None
        assert not (tmp_path / "bulk" / "left.csv").exists()

    def test_a_damaged_state_is_none(self, tmp_path: Path) -> None:
        State(tmp_path / "bulk", "these files").finish("read", {"rows": 1})
        (tmp_path / "bulk" / "state.json").write_text('{"begun_for": "these')
        assert not State(tmp_path / "bulk", "these files").resumed

    def test_at_the_end_nothing_is_left(self, tmp_path: Path) -> None:
        state = State(tmp_path / "bulk", "these files")
        state.finish("read", {})
        state.end()
        assert not (tmp_path / "bulk").exists()
