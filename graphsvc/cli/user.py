"""`graphsvc user ...`: who may use this deployment, and their keys. A thin door; changes need an operator and are logged."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from graphsvc.cli.asking import AsJson, office_of, print_json
from graphsvc.cli.console import safe
from graphsvc.cli.inquiry import day_of
from graphsvc.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Users: who may use this deployment, their roles, purposes, training and keys.")

Id = Annotated[str, typer.Argument(metavar="ID", help="A user's id, e.g. anna-dekker.")]
Agency = Annotated[str | None, typer.Option("--agency", help="Code of an agency of the deployment's list.")]
Roles = Annotated[list[str] | None, typer.Option("--role", help="analyst, steward, supervisor, auditor or operator; again for more.")]
Purposes = Annotated[list[str] | None, typer.Option("--purpose", help="A purpose that they may use; again for more.")]
Trained = Annotated[str | None, typer.Option("--trained-until", help="Last day on which their training is valid (YYYY-MM-DD).")]
Issuer = Annotated[str | None, typer.Option("--oidc-issuer", help="Issuer of their access tokens.")]
Subject = Annotated[str | None, typer.Option("--oidc-subject", help="Their name at that issuer.")]


@app.command()
def add(
    id: Id,
    name: Annotated[str, typer.Option("--name", help="Their full name.")],
    agency: Annotated[str, typer.Option("--agency", help="Code of an agency of the deployment's list.")],
    role: Roles = None,
    purpose: Purposes = None,
    trained_until: Trained = None,
    oidc_issuer: Issuer = None,
    oidc_subject: Subject = None,
    as_json: AsJson = False,
) -> None:
    """Add a user. The first one of a deployment becomes an operator besides, and is whom this machine acts as."""
    with office_of(Settings()) as office:
        added = office.add_user(
            id,
            name=name,
            agency=agency,
            roles=role or [],
            purposes=purpose or [],
            trained_until=day_of(trained_until, "--trained-until"),
            oidc=(oidc_issuer, oidc_subject),
        )
    _print(added, as_json, f"Added {_line(added)}")


@app.command()
def update(
    id: Id,
    name: Annotated[str | None, typer.Option("--name", help="Their full name.")] = None,
    agency: Agency = None,
    role: Roles = None,
    purpose: Purposes = None,
    trained_until: Trained = None,
    as_json: AsJson = False,
) -> None:
    """Change what is given; roles and purposes are replaced as a whole."""
    given: dict[str, Any] = {
        "name": name,
        "agency": agency,
        "roles": role,
        "purposes": purpose,
        "trained_until": day_of(trained_until, "--trained-until"),
    }
    with office_of(Settings()) as office:
        changed = office.update_user(id, {k: v for k, v in given.items() if v is not None})
    _print(changed, as_json, f"Changed {_line(changed)}")


@app.command()
def disable(id: Id, as_json: AsJson = False) -> None:
    """Shut a user out; their keys are revoked."""
    with office_of(Settings()) as office:
        changed = office.set_active(id, active=False)
    _print(changed, as_json, f"Disabled {id}.")


@app.command()
def enable(id: Id, as_json: AsJson = False) -> None:
    """Let a disabled user in again; they need a new key."""
    with office_of(Settings()) as office:
        changed = office.set_active(id, active=True)
    _print(changed, as_json, f"Enabled {id}; make them a new key: `graphsvc user key {id}`.")


@app.command()
def key(
    id: Id,
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="How long the key is valid.")] = 90,
    revoke: Annotated[str | None, typer.Option("--revoke", metavar="KEY-ID", help="Revoke this key instead of making one.")] = None,
    show: Annotated[bool, typer.Option("--list", help="List the user's keys instead of making one.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make an API key for a user. It is shown once; only its SHA-256 is kept."""
    with office_of(Settings()) as office:
        if show:
            found = office.list_keys(id)
            print_json(found) if as_json else [print(safe(_key(one))) for one in found]
            return
        if revoke is not None:
            gone = office.revoke_key(id, revoke)
            _print(gone, as_json, f"Revoked {gone['id']}.")
            return
        made = office.make_key(id, days=days)
    _print(made, as_json, f"API key of {id} (shown only now): {made['key']}\nKey {made['id']}, valid until {made['expires_at']}.")


@app.command("list")
def list_them(as_json: AsJson = False) -> None:
    """All users."""
    with office_of(Settings()) as office:
        found = office.list_users()
    if as_json:
        print_json(found)
        return
    for one in found:
        print(_line(one))
    if not found:
        print("There is nobody yet. Add the first: graphsvc user add ID --name NAME --agency CODE --role analyst --purpose CODE")


@app.command()
def me(
    key: Annotated[bool, typer.Option("--set", help="Become the user whose API key is asked for (or comes on stdin).")] = False,
    as_json: AsJson = False,
) -> None:
    """Whom this machine's commands act as."""
    with office_of(Settings()) as office:
        if key:
            given = typer.prompt("API key", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
            found = office.set_me(given.strip())
        else:
            found = office.me()
    _print(found, as_json, _line(found))


def _print(one: dict[str, Any], as_json: bool, text: str) -> None:
    if as_json:
        print_json(one)
    else:
        print("\n".join(safe(line) for line in text.splitlines()))


def _line(one: dict[str, Any]) -> str:
    roles, purposes = ", ".join(one["roles"]) or "no role", ", ".join(one["purposes"]) or "no purpose"
    trained = f"trained until {one['trained_until']}" if one["trained_until"] else "no training recorded"
    state = "" if one["active"] else " (disabled)"
    return safe(f"{one['id']}{state}: {one['name']}, {one['agency']}; {roles}; {purposes}; {trained}")


def _key(one: dict[str, Any]) -> str:
    state = f"revoked {one['revoked_at']}" if one["revoked_at"] else f"valid until {one['expires_at']}"
    return f"{one['id']}: made {one['created_at']}, {state}"
