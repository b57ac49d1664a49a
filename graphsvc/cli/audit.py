"""`graphsvc audit ...`: verify the log, prove an entry, search it, keep checkpoints elsewhere, witness them. A thin door."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from graphsvc.audit.prove import check_proof
from graphsvc.audit.search import Filter
from graphsvc.audit.verify import verify as verify_log
from graphsvc.audit.witness import Witness
from graphsvc.cli.asking import AsJson, office_of, print_json
from graphsvc.cli.console import safe
from graphsvc.errors import InputError
from graphsvc.inquiry.office import audit_url
from graphsvc.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The audit log: verify, prove, search; checkpoints, witnesses, keys.")

User = Annotated[str | None, typer.Option("--user", help="Of this user.")]
Case = Annotated[str | None, typer.Option("--case", help="Of this case number.")]
InquiryIs = Annotated[str | None, typer.Option("--inquiry", help="Of this inquiry.")]
Kind = Annotated[str | None, typer.Option("--kind", help="asked, answered, denied, failed, loaded, changed, exported, looked, ...")]
Operation = Annotated[str | None, typer.Option("--operation", help="path, find, sighting, load, user.add, ...")]
Since = Annotated[str | None, typer.Option("--since", help="From this time on (ISO 8601, UTC; a day or more exact).")]
Until = Annotated[str | None, typer.Option("--until", help="Before this time.")]
TrustedKey = Annotated[str, typer.Option("--key", help="The log's public key, or a file that holds it.")]
# What `diff` and `cmp` exit with when things are not as they should be; 2 stays for wrong input.
_NOT_INTACT = 1
# Findings printed; a log that was rewritten has one for nearly every entry.
_SHOWN = 20


@app.command()
def verify(
    checkpoint: Annotated[
        list[str] | None, typer.Option("--checkpoint", help="A checkpoint kept elsewhere: a file, or a folder of them; again for more.")
    ] = None,
    key: Annotated[str | None, typer.Option("--key", help="The log's first public key, kept elsewhere, or a file that holds it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check every entry, the tree, the schema, the signatures, and the checkpoints kept elsewhere. Exit code 1 if anything is wrong.

    Without --checkpoint the one in the home folder is used: that shows accidents, but not what the machine's owner does.

    It needs no user: whoever has the database may check it, and nothing of its content is shown.
    """
    settings = Settings()
    own = settings.home / "audit" / "checkpoint.note"
    outside = list(checkpoint or ([str(own)] if own.is_file() else []))
    report = verify_log(audit_url(settings), outside=outside, trusted_key=_key(key) if key else None)
    if as_json:
        print_json(
            {
                "ok": report.ok,
                "intact": report.intact,
                "entries": report.entries,
                "root": report.root,
                "first_key": report.first_key,
                "checkpoints": report.checkpoints,
                "outside": report.outside.size if report.outside else None,
                "exposed": report.exposed,
                "findings": [{"code": one.code, "text": one.text} for one in report.findings],
                "unsaid": report.unsaid,
            }
        )
    else:
        for one in report.findings[:_SHOWN]:
            print(safe(one.text))
        if more := len(report.findings[_SHOWN:]) + report.unsaid:
            print(f"... and {more:,} more findings (--json has those that were kept).")
        print(_verdict(report, elsewhere=bool(checkpoint)))
    if not report.intact:
        raise typer.Exit(_NOT_INTACT)


@app.command()
def search(
    user: User = None,
    case: Case = None,
    inquiry: InquiryIs = None,
    kind: Kind = None,
    operation: Operation = None,
    since: Since = None,
    until: Until = None,
    after: Annotated[int | None, typer.Option("--after", help="Behind this entry: the next page.")] = None,
    newest: Annotated[bool, typer.Option("--newest", help="Newest first.")] = False,
    limit: Annotated[int, typer.Option("--limit", help="The most entries.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Entries that fit, for auditors. The look is an entry itself."""
    which = Filter(user, case, inquiry, kind, operation, since, until, after, newest)
    with office_of(Settings()) as office:
        answer = office.registry.search(office.this_user(), which, limit=limit)
    if as_json:
        print_json(answer)
        return
    for one in answer["entries"]:
        print(_line(one))
    if answer["last"] is not None:
        print(f"There may be more: --after {answer['last']}")


@app.command()
def prove(
    entry: Annotated[int, typer.Argument(min=0, help="Index of an entry, as an answer names it.")],
    out: Annotated[Path | None, typer.Option("--out", help="Write the proof to this file; default: print it.")] = None,
) -> None:
    """The proof of one entry, as JSON, for auditors: whoever has the log's key can check it without the log."""
    with office_of(Settings()) as office:
        proof = office.registry.prove(office.this_user(), entry)
    text = json.dumps(proof, ensure_ascii=False, indent=2)
    if out is None:
        print(text)
    else:
        out.write_text(f"{text}\n", encoding="utf-8")
        print(f"The proof of entry {entry} is at {out.absolute()}. Check it anywhere: graphsvc audit check {out.name} --key KEY")


@app.command()
def check(file: Annotated[Path, typer.Argument(help="A proof, as `prove` writes it.")], key: TrustedKey, as_json: AsJson = False) -> None:
    """Check a proof by the log's public key alone: no database, no user."""
    proved = check_proof(_json(file), _key(key))
    if as_json:
        print_json({"index": proved.index, "leaf": dict(proved.leaf), "personal": dict(proved.personal), "size": proved.checkpoint.size})
    else:
        print(f"Entry {proved.index} is in the log of {proved.checkpoint.size:,} entries that the key signed:")
        print(_line({**proved.leaf, "personal": dict(proved.personal)}))


@app.command()
def key() -> None:
    """The public key that the log began with. Keep it elsewhere: trust comes from comparing."""
    with office_of(Settings()) as office:
        print(office.registry.first_key())


@app.command()
def checkpoint(as_json: AsJson = False) -> None:
    """Sign a checkpoint now and publish it to the targets (GRAPHSVC_AUDIT_TARGETS)."""
    with office_of(Settings()) as office:
        answer = office.registry.checkpoint()
    if as_json:
        print_json(answer)
    else:
        print(f"{'Signed' if answer['signed'] else 'Signed before'}: {answer['size']:,} entries.")


@app.command("witness-request")
def witness_request(
    seen: Annotated[int, typer.Option("--seen", min=0, help="How many entries it has seen.")] = 0,
) -> None:
    """What to bring to a witness: the newest checkpoint, and that it continues what was seen. No personal data is in it."""
    with office_of(Settings()) as office:
        print_json(office.registry.witness_request(seen))


@app.command()
def witness(
    folder: Annotated[Path, typer.Argument(help="Where the witness keeps its key and what it has seen; on another host than the log.")],
    key: TrustedKey,
    request: Annotated[Path | None, typer.Option("--request", help="A request as `witness-request` prints it; - for stdin.")] = None,
) -> None:
    """Be a witness: sign a checkpoint that continues the last one, refuse a fork. Without --request: what was seen last."""
    one = Witness(folder, _key(key))
    if request is None:
        seen = one.seen()
        print(f"seen {seen.size if seen else 0}")
        return
    print(one.consider(_json(request)), end="")


@app.command()
def purge(
    rule: Annotated[str, typer.Option("--rule", help="The law or order under which they are purged.")],
    user: User = None,
    case: Case = None,
    inquiry: InquiryIs = None,
    since: Since = None,
    until: Until = None,
    yes: Annotated[bool, typer.Option("--yes", help="Really delete; there is no undo.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete the personal values of entries for good, as an operator. Entries and proofs stay; who purged what is an entry."""
    if not yes:
        raise InputError("This deletes personal values of the log.", hint="Add --yes to do it; there is no undo.")
    with office_of(Settings()) as office:
        answer = office.registry.purge(office.this_user(), Filter(user, case, inquiry, None, None, since, until), rule)
    if as_json:
        print_json(answer)
    else:
        print(f"Purged the personal values of {answer['entries']:,} entries.")


@app.command("rotate-key")
def rotate_key(as_json: AsJson = False) -> None:
    """Sign with a new key from now on, as an operator; the old one signs the new one and is deleted."""
    with office_of(Settings()) as office:
        answer = office.registry.rotate(office.this_user())
    if as_json:
        print_json(answer)
    else:
        print(f"Checkpoints are signed from now on by {answer['key']}")


def _verdict(report: Any, *, elsewhere: bool) -> str:
    if report.outside is None:
        covered = "no checkpoint was given, so only the log itself speaks for them"
    else:
        whose = "the checkpoint kept elsewhere" if elsewhere else "the last checkpoint in this home folder"
        covered = f"{whose} covers the first {report.outside.size:,}, {report.exposed:,} came after it"
    state = "intact" if report.ok else "intact, but its clock was set back" if report.intact else "NOT intact"
    lines = [f"The log is {state}: {report.entries:,} entries, {report.checkpoints:,} signed checkpoints; {covered}."]
    if not elsewhere:
        lines.append("Whoever owns this machine could change both: give --checkpoint and --key from elsewhere to rule that out.")
    return "\n".join(lines)


def _line(one: dict[str, Any]) -> str:
    personal = one["personal"]
    parts = [
        str(one["index"]),
        str(one["time"]),
        str(one["kind"]),
        str(one.get("operation") or "-"),
        str(_value(personal.get("user")) or ("purged" if "user" in one.get("purged", ()) else "-")),
        str(one.get("agency") or "-"),
        str(one.get("inquiry") or "-"),
        str(_value(personal.get("case")) or "-"),
    ]
    more = [f"refers to {one['refers_to']}"] if one.get("refers_to") is not None else []
    more += [str(_value(personal[name])) for name in ("parameters", "detail") if personal.get(name)]
    return safe("  ".join([*parts, *more]))


def _value(stored: Any) -> Any:
    return stored["value"] if isinstance(stored, dict) and "value" in stored else stored


def _key(given: str) -> str:
    path = Path(given)
    try:
        return path.read_text(encoding="utf-8").strip() if path.is_file() else given
    except OSError:
        return given


def _json(path: Path) -> dict[str, Any]:
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
        found = json.loads(text)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} can't be read as JSON: {error}") from error
    if not isinstance(found, dict):
        raise InputError(f"{path} holds no JSON object.")
    return found
