"""Which paths join a list in few nodes, without a database."""

from __future__ import annotations

from graphsvc.connections.subgraph import subgraph


def test_a_middle_that_joins_three_is_taken_before_those_that_join_two() -> None:
    made = subgraph("abc", [("a", "x", "b"), ("a", "m", "b"), ("b", "m", "c"), ("a", "y", "c")], 4)
    assert made.paths == [("a", "m", "b"), ("b", "m", "c")] and made.groups == [["a", "b", "c"]] and not made.small


def test_what_is_joined_already_is_not_joined_again() -> None:
    made = subgraph("abc", [("a", "b"), ("b", "c"), ("a", "c"), ("a", "x", "c")], 10)
    assert made.paths == [("a", "b"), ("b", "c")] and not made.small


def test_a_path_through_another_of_the_list_joins_three_at_once() -> None:
    made = subgraph("abc", [("a", "x", "b"), ("b", "y", "c"), ("a", "b", "c")], 10)
    assert made.paths == [("a", "b", "c")]


def test_no_more_nodes_than_asked_for_and_it_says_when_more_would_join_more() -> None:
    paths = [("a", "x", "b"), ("c", "y", "z", "d")]
    made = subgraph("abcd", paths, 4)
    assert made.paths == [("a", "x", "b")] and made.groups == [["a", "b"]] and made.small
    assert not subgraph("abcd", paths, 7).small


def test_ties_go_by_the_order_of_the_paths_and_groups_by_their_size() -> None:
    made = subgraph("abcde", [("d", "e"), ("a", "b"), ("b", "c")], 10)
    assert made.paths[0] == ("d", "e") and made.groups == [["a", "b", "c"], ["d", "e"]]


def test_nothing_to_join_is_an_answer() -> None:
    made = subgraph("ab", [], 10)
    assert (made.paths, made.groups, made.small) == ([], [], False)
