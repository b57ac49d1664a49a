"""The command line: `graphsvc ...`. A door: parses, calls, prints; no logic, no Cypher."""

from __future__ import annotations

import os
import sys

import typer
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsError

from graphsvc import __version__
from graphsvc.cli import alerts, ask, audit, communities, db, inquiry, jobs, leads, policy, resolve, sighting, source, trends, user, watch
from graphsvc.cli.around import around
from graphsvc.cli.between import between
from graphsvc.cli.common import common
from graphsvc.cli.flow import flow
from graphsvc.cli.hash import hash_command
from graphsvc.cli.load import load_command
from graphsvc.cli.match import match
from graphsvc.cli.owners import owned_by, owners
from graphsvc.cli.sample import sample
from graphsvc.cli.serve import serve
from graphsvc.errors import GraphsvcError
from graphsvc.settings import Settings

app = typer.Typer(
    name="graphsvc",
    help="How are these people and organisations connected, and how do you know?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"graphsvc {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
) -> None:
    pass


app.command("find")(ask.find)
app.command("show")(ask.show)
app.command("path")(ask.path)
app.command("around")(around)
app.command("owners")(owners)
app.command("owned-by")(owned_by)
app.command("flow")(flow)
app.command("common")(common)
app.command("between")(between)
app.command("record")(ask.record)
app.command("sighting")(sighting.sighting)
app.command("sighting-verify")(sighting.verify)
app.command("photo")(sighting.photo)
app.command("photos-add")(sighting.photos_add)
app.command("match")(match)
app.command("pointer")(sighting.pointer)
app.command("why")(resolve.why)
app.command("why-not")(resolve.why_not)
app.command("how")(resolve.how)
app.add_typer(resolve.app, name="resolve")
app.add_typer(communities.app, name="communities")
app.add_typer(trends.trends, name="trends")
app.add_typer(trends.anomalies, name="anomalies")
app.add_typer(jobs.app, name="jobs")
app.add_typer(watch.app, name="watch")
app.add_typer(alerts.app, name="alerts")
app.add_typer(leads.app, name="leads")
app.command("worker")(jobs.worker)
app.add_typer(inquiry.app, name="inquiry")
app.add_typer(user.app, name="user")
app.add_typer(policy.app, name="policy")
app.add_typer(audit.app, name="audit")
app.command("load")(load_command)
app.add_typer(source.app, name="source")
app.command("sample")(sample)
app.command("serve")(serve)
db.app.command("hash")(hash_command)
app.add_typer(db.app, name="db")


def _of_settings(error: SettingsError | ValidationError) -> list[str]:
    """What is wrong with settings, without their values, which may be secrets."""
    if isinstance(error, ValidationError):
        return [_of_setting(one) for one in error.errors()]
    names = [name for name in Settings.model_fields if f'"{name}"' in str(error)]
    return [f"The setting GRAPHSVC_{name.upper()} can't be used: it is no JSON" for name in names] or ["A setting can't be read"]


def _of_setting(one: ErrorDetails) -> str:
    name = "_".join(map(str, one["loc"][:1])).upper()
    why = one["ctx"]["error"] if one["type"] == "value_error" else one["msg"]
    return f"The setting GRAPHSVC_{name} can't be used: {why}"


def main() -> None:
    """Run a command; a known error is one message on stderr and a non-zero exit code, never a traceback."""
    try:
        app()
    except GraphsvcError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except (SettingsError, ValidationError) as error:
        if isinstance(error, ValidationError) and error.title != Settings.__name__:
            raise
        for line in _of_settings(error):
            print(f"Error: {line}.", file=sys.stderr)
        print("docs/settings.md says what each can be; they come from the environment and the file .env.", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output went away (`graphsvc find ... | head`): nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
