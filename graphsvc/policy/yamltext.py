"""Where in a YAML text something stands, and what stands in it twice: what messages about a file of definitions need.

Imports nothing of graphsvc.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import yaml


def line_of(node: yaml.Node, place: Sequence[str | int]) -> int:
    """Line (1-based) of the deepest node on the way to `place`; steps that pydantic adds (union members) are passed over."""
    line = node.start_mark.line
    for step in place:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(step):
                    line, node = key.start_mark.line, value
                    break
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line
    return line + 1


def double_keys(node: yaml.Node | None) -> Iterator[tuple[str, int]]:
    """Keys that stand twice in one mapping, with the line of the second: YAML would take the last one in silence."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.value, key.start_mark.line + 1
            seen.add(key.value)
            yield from double_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from double_keys(item)
