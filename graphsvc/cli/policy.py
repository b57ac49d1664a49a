"""`graphsvc policy ...`: which policies are in force, put one in force, and why something is permitted or not. A thin door."""

from __future__ import annotations

from typing import Annotated

import typer

from graphsvc.cli.asking import AsJson, office_of, print_json
from graphsvc.cli.console import safe
from graphsvc.cli.inquiry import day_of
from graphsvc.graph.view import OPERATIONS
from graphsvc.loading.specfile import find_source, load_source
from graphsvc.policy.schema import json_schema_text
from graphsvc.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Policies: who may do what with which source.")

Source = Annotated[str, typer.Argument(metavar="SOURCE", help="A source's name, or a folder with its source.yaml and policy.yaml.")]


@app.command("list")
def list_them(as_json: AsJson = False) -> None:
    """The policy of each source that is in force now."""
    with office_of(Settings()) as office:
        found = office.list_policies()
    if as_json:
        print_json(found)
        return
    for one in found:
        print(safe(f"{one['source']}: since {one['since']}, SHA-256 {one['sha256'][:12]}, {one['assessment']}"))
    if not found:
        print("There are none yet: loading a source puts its policy in force.")


@app.command()
def register(name: Source, as_json: AsJson = False) -> None:
    """Put the policy.yaml of a source in force from now on, as an operator. Loading the source does the same."""
    settings = Settings()
    source = load_source(find_source(name, settings.loaders))
    with office_of(settings) as office:
        changed = office.register_policy(source.spec.id, source.policy)
    told = {"source": source.spec.id, "sha256": source.policy.sha256, "changed": changed}
    if as_json:
        print_json(told)
    else:
        state = "is in force from now on" if changed else "was in force already"
        print(f"The policy of {source.spec.id} {state}: {source.policy.sha256[:12]}.")


@app.command()
def history(source: Annotated[str, typer.Argument(help="A source.")], as_json: AsJson = False) -> None:
    """Every policy that a source had, the first one first."""
    with office_of(Settings()) as office:
        found = office.policy_history(source)
    if as_json:
        print_json(found)
        return
    for one in found:
        print(safe(f"{one['number']}: since {one['since']}, by {one['registered_by']}, SHA-256 {one['sha256']}"))


@app.command()
def explain(
    user: Annotated[str, typer.Option("--user", help="A user's id.")],
    purpose: Annotated[str, typer.Option("--purpose", help="A code of the deployment's list.")],
    source: Annotated[str, typer.Option("--source", help="A source.")],
    operation: Annotated[str, typer.Option("--operation", help=f"One of: {', '.join(OPERATIONS)}.")],
    category: Annotated[str | None, typer.Option("--category", help="A category of persons, e.g. witness.")] = None,
    reason_code: Annotated[str | None, typer.Option("--reason-code", help="As if the query carried it.")] = None,
    on: Annotated[str | None, typer.Option("--on", help="By the policies of this day (YYYY-MM-DD); default: now.")] = None,
    as_json: AsJson = False,
) -> None:
    """Why a user may do something with a source, or may not. Exit code 0 for yes, 5 for no."""
    with office_of(Settings()) as office:
        told = office.explain(
            user,
            purpose=purpose,
            source=source,
            operation=operation,
            category=category,
            reason_code=reason_code,
            on=day_of(on, "--on"),
        )
    if as_json:
        print_json(told)
    else:
        print(safe("Yes." if told["permitted"] else "No."))
        for line in (*told["why"], *(f"Needed: {one}" for one in told["needed"])):
            print(safe(line))
    if not told["permitted"]:
        raise typer.Exit(5)


@app.command()
def schema() -> None:
    """Print the JSON Schema of policy.yaml, for editors."""
    print(json_schema_text(), end="")
