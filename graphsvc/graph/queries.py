"""The query files: `cypher/<area>/<name>.cypher`, read once, with a comment on top that says what they are for.

Values always travel as parameters. What Cypher can't take as one (a quantifier's bound, a relationship type in a
statement for many rows) stands in the file as `<<name>>` and is filled with a whole number or an identifier only. What several
queries demand alike stands in a file of its own, and in theirs as `<<part area/name>>`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from graphsvc.graph.content import content

# The longest is the label of a compartment: 68.
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}")
_PLACEHOLDER = re.compile(r"<<(\w+)>>")
_PART = re.compile(r"<<part (\w+/\w+)>>")
_COMMENT = re.compile(r"^//.*\n", re.MULTILINE)
# `w` stands for a withdrawal in every file: those of today hold whatever time is asked about.
_IN_FORCE = re.compile(r"\b(?!w\b)(\w+)\.seq_to IS NULL\b")
# What was in force at batch $known, without what is gone today because its source has withdrawn ($withdrawn) every row that it rests on.
_THEN = """(CASE WHEN coalesce({0}.seq_from, 0) <= $known THEN {0}.seq_to IS NULL OR {0}.seq_to > $known
    ELSE any(place IN range(0, size(coalesce({0}.seq_history, [])) - 2, 2)
      WHERE {0}.seq_history[place] <= $known AND $known < {0}.seq_history[place + 1]) END
  AND ({0}.seq_to IS NULL OR coalesce({0}.records, []) = [] OR any(row IN {0}.records WHERE NOT split(row, '@')[0] IN $withdrawn)))"""


@lru_cache(maxsize=512)
def _text(name: str) -> str:
    text = (content("cypher") / f"{name}.cypher").read_text(encoding="utf-8")
    return _PART.sub(lambda match: _COMMENT.sub("", _text(match[1])).strip(), text)


@lru_cache(maxsize=2048)
def _filled(name: str, fills: tuple[tuple[str, str], ...]) -> str:
    given = dict(fills)
    return _PLACEHOLDER.sub(lambda match: given[match[1]], _text(name))


@lru_cache(maxsize=512)
def then(text: str) -> str:
    """A query of what is in force, as one of what was in force at batch `$known` and has not been withdrawn since (`$withdrawn`)."""
    return _IN_FORCE.sub(lambda match: _THEN.format(match[1]), text)


def query(name: str, **fills: int | str) -> str:
    """The text of one query file, e.g. `query("paths/shortest", steps=12)`.

    Each fill is a whole number, an identifier (`[A-Za-z_][A-Za-z0-9_]*`), or a `:`-joined chain of identifiers (labels).
    Raises ValueError for anything else: such a value can only come from a programming mistake, never from a user.
    """
    checked = []
    for key, value in sorted(fills.items()):
        text = str(value)
        if not (isinstance(value, int) or all(_IDENTIFIER.fullmatch(part) for part in text.split(":"))):
            raise ValueError(f"{text!r} can't be filled into the query {name} as {key}")
        checked.append((key, text))
    return _filled(name, tuple(checked)) if checked else _text(name)
