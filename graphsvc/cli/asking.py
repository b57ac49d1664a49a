"""What commands share: the office with its log, who this machine acts as, the inquiry, the desk, and how a refusal is printed.

May import the desk; no logic, no Cypher.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Annotated, Any

import typer

from graphsvc.cli import answers
from graphsvc.errors import Ambiguous, GraphsvcError
from graphsvc.graph.open import open_graph
from graphsvc.graph.view import Operation
from graphsvc.inquiry.account import User
from graphsvc.inquiry.desk import Answer, Question, Reading
from graphsvc.inquiry.office import Office, open_office
from graphsvc.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
InquiryId = Annotated[
    str | None, typer.Option("--inquiry", help="The open inquiry that this belongs to; default: the one you opened last.")
]
ReasonCode = Annotated[str | None, typer.Option("--reason-code", help="For sources that ask for a reason code per query.")]


@contextmanager
def office_of(settings: Settings) -> Iterator[Office]:
    """The office for one command; what is refused before its desk saw it (nobody set up here, no open inquiry) is in the log as well."""
    with open_office(settings) as office:
        try:
            yield office
        except GraphsvcError as error:
            # No command takes a secret as an argument.
            office.desk.refused(error, operation="cli", parameters={"command": sys.argv[1:]}, user=_acting(office))
            raise


def _acting(office: Office) -> User | None:
    with suppress(GraphsvcError):
        return office.this_user()
    return None


def ask(
    settings: Settings,
    name: str,
    operation: Operation,
    parameters: Mapping[str, Any],
    read: Callable[[Reading], Any],
    *,
    inquiry: str | None,
    reason_code: str | None = None,
    as_json: bool = False,
    also: tuple[Operation, ...] = (),
    decides: bool = False,
    role: str | None = None,
) -> Answer:
    """Ask the desk as the person of this machine; an ambiguous name ends the command with its candidates listed (exit code 4)."""
    question = Question(name, operation, parameters, inquiry, reason_code, also, latest=True, decides=decides, role=role)
    with office_of(settings) as office:
        return ask_in(office, question, read, as_json=as_json)


def ask_in(office: Office, question: Question, read: Callable[[Reading], Any], *, as_json: bool = False) -> Answer:
    """The same in an office that is open, for questions about what it keeps besides the graph."""
    user = office.this_user()
    try:
        graph = open_graph(office.settings)
    except GraphsvcError as error:
        office.desk.refused(error, operation=question.name, parameters=question.parameters, user=user)
        raise
    with graph:
        try:
            return office.desk.ask(graph, user, question, read)
        except Ambiguous as error:
            if as_json:
                print_json({"error": error.message, "hint": error.hint, "candidates": error.candidates})
            else:
                answers.print_ambiguous(error)
            raise typer.Exit(error.exit_code) from error


def print_answer(answer: Answer, as_json: bool, for_people: Callable[[dict[str, Any]], None]) -> None:
    """Print an answer: exactly the bytes whose hash the log has, or for people, who also read which entry of the log proves it."""
    if as_json:
        typer.echo(answer.body)
    else:
        for_people(answer.value)
        answers.print_entry(answer.entry, answer.sha256)


def print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
