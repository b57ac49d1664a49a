"""The tree against pymerkle, an independent implementation of RFC 6962."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree
from pymerkle.hasher import MerkleHasher

from graphsvc.audit import merkle

LEAVES = st.lists(st.binary(max_size=40), min_size=1, max_size=70)


def oracle(leaves: list[bytes]) -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        tree.append_entry(leaf)
    return tree


def subtree_of(leaves: list[bytes]) -> merkle.Subtree:
    return lambda low, high: merkle.tree_hash(merkle.leaf_hash(leaf) for leaf in leaves[low:high])


def test_the_oracle_hashes_as_rfc_6962_says() -> None:
    hasher = MerkleHasher("sha256")
    assert hasher.hash_buff(b"x") == merkle.leaf_hash(b"x")
    assert hasher.hash_pair(b"a" * 32, b"b" * 32) == merkle.node_hash(b"a" * 32, b"b" * 32)
    assert merkle.Frontier().root() == merkle.EMPTY_ROOT


@given(LEAVES)
def test_roots_are_those_of_the_oracle_at_every_size(leaves: list[bytes]) -> None:
    tree, frontier = oracle(leaves), merkle.Frontier()
    for size, leaf in enumerate(leaves, start=1):
        # Packed and unpacked in between, as between two transactions.
        frontier = merkle.Frontier(frontier.size, frontier.packed())
        frontier.push(merkle.leaf_hash(leaf))
        assert frontier.root() == tree.get_root(size)


@given(LEAVES, st.data())
def test_inclusion_proofs_hold_for_their_leaf_and_for_no_other(leaves: list[bytes], data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    path, root = merkle.inclusion_proof(subtree_of(leaves), index, size), oracle(leaves).get_root(size)
    # The oracle's path begins with the leaf itself.
    assert path == [node for node in oracle(leaves).prove_inclusion(index + 1, size).path][1:]
    hashed = merkle.leaf_hash(leaves[index])
    assert merkle.root_of_inclusion(hashed, index, size, path) == root
    assert merkle.root_of_inclusion(merkle.leaf_hash(leaves[index] + b"!"), index, size, path) != root
    assert merkle.root_of_inclusion(hashed, index, size, [*path, root]) != root
    if path:
        assert merkle.root_of_inclusion(hashed, index, size, path[:-1]) != root
    for other in range(size):
        if leaves[other] != leaves[index]:
            assert merkle.root_of_inclusion(merkle.leaf_hash(leaves[other]), other, size, path) != root


@given(LEAVES, st.data())
def test_consistency_proofs_hold_for_a_prefix_and_for_nothing_else(leaves: list[bytes], data: st.DataObject) -> None:
    new = data.draw(st.integers(1, len(leaves)))
    old = data.draw(st.integers(0, new))
    tree = oracle(leaves)
    path = merkle.consistency_proof(subtree_of(leaves), old, new)
    old_root = tree.get_root(old) if old else merkle.EMPTY_ROOT
    new_root = tree.get_root(new)
    assert merkle.is_consistent(old, old_root, new, new_root, path)
    other = merkle.leaf_hash(b"another tree")
    assert not merkle.is_consistent(old, other, new, new_root, path)
    if old:
        assert not merkle.is_consistent(old, old_root, new, other, path)
    assert not merkle.is_consistent(old, old_root, new, new_root, [*path, other])
    if path:
        assert not merkle.is_consistent(old, old_root, new, new_root, path[:-1])
        assert not merkle.is_consistent(old, old_root, new, new_root, [other, *path[1:]])


def test_a_tile_is_the_hash_of_its_256_leaves() -> None:
    leaves = [str(n).encode() for n in range(600)]
    frontier = merkle.Frontier()
    tiles = [tile for leaf in leaves if (tile := frontier.push(merkle.leaf_hash(leaf)))]
    assert tiles == [subtree_of(leaves)(0, 256), subtree_of(leaves)(256, 512)]


def test_proofs_of_what_is_not_there_are_refused() -> None:
    with pytest.raises(ValueError, match="none with index"):
        merkle.inclusion_proof(subtree_of([b"a"]), 1, 1)
    with pytest.raises(ValueError, match="no prefix"):
        merkle.consistency_proof(subtree_of([b"a"]), 2, 1)
    with pytest.raises(ValueError, match="complete subtrees"):
        merkle.Frontier(3, b"\0" * 32)
    assert merkle.root_of_inclusion(b"\0" * 32, 5, 5, []) is None
    assert not merkle.is_consistent(2, b"", 1, b"", [])
