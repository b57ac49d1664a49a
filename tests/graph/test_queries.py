"""What holds of every query, whatever it asks."""

from __future__ import annotations

import re

from graphsvc.graph.content import content

# Of one type: an index is of one.
_BY_ID = re.compile(r"\[(\w+):([\w<>]+) \{id: [^}]*\}\]->\([^)]*\)\s+(\w+(?: \w+ \w+ \S+)?)")


def test_a_link_looked_up_by_its_id_is_found_by_a_seek() -> None:
    """A plan made while a type has few links scans them, or their index, for each id, and is kept while they become many: what takes
    0.03 s took 25.
    """
    found = 0
    for file in sorted(content("cypher").rglob("*.cypher")):
        for name, type, following in _BY_ID.findall(file.read_text(encoding="utf-8")):
            found += 1
            assert following == f"USING INDEX SEEK {name}:{type}(id)", file.name
    assert found > 10
