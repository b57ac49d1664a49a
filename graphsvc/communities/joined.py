"""Numbers that hang together, in one list: each has the one above it in its part, the least of a part itself. Pure."""

from __future__ import annotations


def root(part: list[int], one: int) -> int:
    """The least of those that `one` hangs together with."""
    while part[one] != one:
        part[one] = part[part[one]]
        one = part[one]
    return one


def join(part: list[int], a: int, b: int) -> None:
    """Let the parts of two be one."""
    a, b = root(part, a), root(part, b)
    part[max(a, b)] = min(a, b)
