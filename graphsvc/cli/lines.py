"""What answers of several commands print alike: lines of safe text, records, links, what was cut. No logic."""

from __future__ import annotations

import sys
from typing import Any, TypeVar

from pydantic import ValidationError
from rich.console import Console
from rich.text import Text

from graphsvc.cli.console import safe
from graphsvc.connections.leads import Asked
from graphsvc.errors import InputError

Q = TypeVar("Q", bound=Asked)


def made(kind: type[Q], **given: Any) -> Q:
    """A question from the words of a command. Raises InputError for what is too long."""
    try:
        return kind(**given)
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise InputError(f"The question can't be asked: {'; '.join(problems)}") from error


class Lines:
    """Prints lines: no markup, no terminal control; a pipe's are never folded, since it has no width."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())

    def say(self, text: str, style: str = "") -> None:
        self._console.print(Text(safe(text), style=style), soft_wrap=not self._console.is_terminal)

    def link(self, link: dict[str, Any], records: dict[str, Any], indent: str = "    ") -> None:
        self.say(f"{indent}{link['sentence']}")
        for id in link["records"]:
            record = records[id]
            self.say(f"{indent}  record {record['id']} ({record['file'] or 'file not known'}:{record['line']})")

    def cluster(self, cluster: dict[str, Any], entities: dict[str, Any], id: str) -> None:
        """Who else the entity is, as far as the question went."""
        others = [entities[member] for member in cluster["members"] if member != id and member in entities]
        for other in others:
            self.say(f"  also {other['caption']} ({other['source_title']})  [{other['id']}]")

    def known(self, answer: dict[str, Any]) -> None:
        """As of when an answer was known, where that is not now."""
        for note in answer["known"]["notes"] if answer["known"] else ():
            self.say(note, "yellow")

    def hubs(self, answer: dict[str, Any]) -> None:
        for hub in answer["hubs"]:
            self.say(f"Not crossed: {hub['caption']}, with {hub['degree']:,} neighbours in view  [{hub['id']}]", "yellow")

    def searched(self, answer: dict[str, Any]) -> None:
        """What was searched, and what the question was narrowed to."""
        self.say(searched(answer), "dim")

    def cuts(self, answer: dict[str, Any]) -> None:
        for text in answer["cut_text"]:
            self.say(text, "yellow")


def searched(answer: dict[str, Any]) -> str:
    """What was searched, what the question was narrowed to, and from where it was answered."""
    told = answer["searched"]
    types = f"links of type {', '.join(told['types'])}" if told["types"] else "links of every type"
    parts = [f"Searched: {types} in {', '.join(told['sources']) or 'no source'}, up to {counted(told['max_hops'], 'link')}"]
    if told.get("max_steps") is not None:
        parts.append(f" and {told['max_steps']} steps with same-as crossings")
    if "hub_links" in told:
        parts.append(f", not through what has more than {told['hub_links']:,} neighbours" if told["hub_links"] else ", through hubs, too")
    if told.get("budget") is not None:
        parts.append(f", looking at {told['budget']:,} links at most")
    narrowed = "".join(f" {sentence}" for sentence in told["narrowed"])
    engine = {"memory": "memory", "cypher": "the database"}.get(answer.get("engine", ""))
    # An answer of an earlier time says which that is.
    as_of = "" if answer.get("known") else f", as of batch {answer['seq']:,} of the sources in view"
    found = f" Answered from {engine}{as_of}." if engine else ""
    return f"{''.join(parts)}.{narrowed}{found}"


def counted(n: int, what: str) -> str:
    plural = f"{what[:-1]}ies" if what[-1] == "y" and what[-2] not in "aeiou" else f"{what}s"
    return f"{n:,} {what if n == 1 else plural}"


def named(entity: dict[str, Any]) -> str:
    return f"{entity['caption']} ({entity['type_label']}, {entity['source_title']})"
