"""Pairs of a list: one answer each, the same as alone, and bad lines told and not lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graphsvc.connections.pairs import Pair, batch_question, pairs_of_file, within
from graphsvc.connections.questions import path_question
from graphsvc.errors import DatabaseError, InputError
from graphsvc.graph.view import Inquiry
from graphsvc.inquiry.desk import Reading
from graphsvc.policy.vault import Vault
from tests.connections.conftest import OPEN
from tests.connections.world import World

ADA, BO = "register/person/ada", "phones/person/bo"


def written(folder: Path, text: str | bytes) -> Path:
    file = folder / "pairs.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_a_file_gives_its_pairs_with_their_lines_and_the_bad_ones_too(tmp_path: Path) -> None:
    file = written(tmp_path, '\ufeffFrom,To\n a , b \n\n"Holm, Ada",c\nonly\nx,,\nx,y,z\n')
    pairs = pairs_of_file(file, 10)
    assert [(p.line, p.start, p.end, p.problem is None) for p in pairs] == [
        (2, "a", "b", True), (4, "Holm, Ada", "c", True), (5, "only", "", False), (6, "x", "", False), (7, "x", "y", False),
    ]  # fmt: skip
    assert pairs[2].problem == "The line has 1 columns, 1 of them filled; a pair has two."


@pytest.mark.parametrize("text", ["", "from,to\n", "\n\n", b"\xff\xfe\x00a,b\n"])
def test_a_file_without_pairs_or_not_of_text_is_refused(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(InputError):
        pairs_of_file(written(tmp_path, text), 10)
    with pytest.raises(InputError, match="can't be read"):
        pairs_of_file(tmp_path / "none.csv", 10)


def test_too_many_pairs_are_refused_before_anything_is_looked_up(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="3 pairs; 2 can be"):
        pairs_of_file(written(tmp_path, "a,b\n" * 3), 2)
    assert len(within([Pair(1, "a", "b")] * 2, 2)) == 2


@pytest.mark.neo4j
def test_each_pair_gets_the_answer_that_it_gets_alone_and_its_part_of_the_log(world: World, inquiry: Inquiry, tmp_path: Path) -> None:
    world.mystery()
    vault = Vault(tmp_path / "keys")
    r = Reading(world.graph, OPEN, inquiry, None, {})  # type: ignore[arg-type]

    def one(r: Reading, pair: Pair) -> Any:
        return path_question(r, vault, pair.start, pair.end, max_hops=6, k=1, types=None, sources=None, timeout_s=30)

    pairs = [Pair(2, ADA, BO), Pair(3, ADA, "secret/person/bo"), Pair(4, ADA, ADA), Pair(5, "x", "", "A pair has two.")]
    result = batch_question(r, pairs, one)
    first, hidden, same, bad = result.value["answers"]
    assert first["answer"] == one(r, pairs[0]) and first["problem"] is None
    assert [told["problem"]["status"] for told in (hidden, same, bad)] == [404, 400, 400]
    assert hidden["answer"] is None and bad["problem"]["detail"] == "A pair has two."
    assert [part.value for part in result.parts] == result.value["answers"]
    assert result.parts[1].parameters == {"line": 3, "from": ADA, "to": "secret/person/bo"}


def test_what_is_no_fault_of_a_pair_ends_the_whole() -> None:
    def gone(r: Reading, pair: Pair) -> Any:
        raise DatabaseError("Neo4j does not answer.")

    with pytest.raises(DatabaseError):
        batch_question(None, [Pair(1, "a", "b")], gone)  # type: ignore[arg-type]
