"""Which of many paths join a list in few nodes: chosen one after the other by what each joins per node that it adds. Pure.

The problem is that of Faloutsos, McCurley and Tomkins, "Fast discovery of connection subgraphs", KDD 2004: a subgraph of at most so
many nodes that tells most of the connection. Like theirs this is greedy, over whole paths.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

Nodes = tuple[str, ...]


@dataclass(frozen=True)
class Subgraph:
    """The paths chosen, in order; the listed nodes that hang together, largest group first; `small`: more nodes would join more."""

    paths: list[Nodes]
    groups: list[list[str]]
    small: bool


def subgraph(listed: Collection[str], paths: Sequence[Nodes], most_nodes: int) -> Subgraph:
    """Choose paths until everything is joined, or nothing more fits.

    Of those that join equally much per node the one comes first whose inner nodes lie on the most other paths, and may serve again; then
    `paths` are in the order of their worth.
    """
    part = {node: node for path in paths for node in path} | {node: node for node in listed}
    ends = set(listed)
    met = Counter(node for path in paths for node in path[1:-1])
    nodes: set[str] = set()
    chosen: list[Nodes] = []
    while True:
        best: tuple[float, float, int] | None = None
        small = False
        with_ends = {_root(part, end) for end in listed}
        for number, path in enumerate(paths):
            joins = len({_root(part, node) for node in path} & with_ends) - 1
            if joins < 1:
                continue
            added = len(set(path) - nodes)
            if len(nodes) + added > most_nodes:
                small = True
                continue
            worth = joins / added if added else float("inf")
            serves = sum(met[node] for node in path[1:-1]) / max(1, len(path) - 2)
            if best is None or (-worth, -serves, number) < best:
                best = (-worth, -serves, number)
        if best is None:
            return Subgraph(chosen, _groups(part, ends), small)
        taken = paths[best[2]]
        chosen.append(taken)
        nodes |= set(taken)
        for node in taken[1:]:
            part[_root(part, node)] = _root(part, taken[0])


def _root(part: dict[str, str], node: str) -> str:
    while part[node] != node:
        node = part[node]
    return node


def _groups(part: dict[str, str], ends: Collection[str]) -> list[list[str]]:
    groups: dict[str, list[str]] = {}
    for end in sorted(ends):
        groups.setdefault(_root(part, end), []).append(end)
    return sorted((group for group in groups.values() if len(group) > 1), key=lambda group: (-len(group), group))
