"""`graphsvc sighting | sighting-verify | photo | photos-add | pointer`: what may be looked up, not searched. A thin door."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from graphsvc.cli import answers
from graphsvc.cli.asking import AsJson, InquiryId, ReasonCode, ask, office_of, print_answer, print_json
from graphsvc.connections.questions import pointer_question
from graphsvc.export.html import write_file
from graphsvc.policy.vault import Vault
from graphsvc.settings import Settings
from graphsvc.sightings.photos import add_photos
from graphsvc.sightings.questions import photo_question, sighting_question, verification


def sighting(
    plate: Annotated[str | None, typer.Argument(help="The whole number of a plate.")] = None,
    jurisdiction: Annotated[str, typer.Option("--jurisdiction", help="Who issued it; `unknown` finds reads whose source names none.")] = "",
    plate_hash: Annotated[str | None, typer.Option("--hash", help="Instead of a plate: its whole hash.")] = None,
    limit: Annotated[int, typer.Option(help="The most sightings to give.")] = 50,
    before: Annotated[str | None, typer.Option("--before", help="Where the page before ended, as its answer says.")] = None,
    reason_code: ReasonCode = None,
    inquiry: InquiryId = None,
    as_json: AsJson = False,
) -> None:
    """Where and when one exactly named vehicle was seen, newest first. There are no wildcards and no lists."""
    settings = Settings()
    plates = [(plate, jurisdiction)] if plate is not None else []
    hashes = [plate_hash] if plate_hash is not None else []
    vault = Vault(settings.home / "keys")
    answer = ask(
        settings,
        "sighting",
        "exact",
        {"plate": plate, "jurisdiction": jurisdiction, "hash": plate_hash, "limit": limit, "before": before},
        lambda r: sighting_question(r, vault, plates, hashes, limit=limit, before=before),
        inquiry=inquiry,
        reason_code=reason_code,
        as_json=as_json,
    )
    print_answer(answer, as_json, answers.print_sightings)


def verify(
    id: Annotated[str, typer.Argument(help="A sighting's full id.")],
    decision: Annotated[str, typer.Option("--decision", help="confirmed, rejected or undecided, after comparing the photographs.")],
    note: Annotated[str | None, typer.Option("--note", help="What was seen.")] = None,
    reason_code: ReasonCode = None,
    inquiry: InquiryId = None,
    as_json: AsJson = False,
) -> None:
    """State what the photographs of a sighting show. Statements are added, never changed."""
    settings = Settings()
    answer = ask(
        settings,
        "sighting.verify",
        "exact",
        {"sighting": id, "decision": decision, "note": note},
        lambda r: verification(r, id, decision, note, settings.home / "photos"),
        inquiry=inquiry,
        reason_code=reason_code,
        as_json=as_json,
        decides=True,
    )
    print_answer(answer, as_json, answers.print_verification)


def photo(
    sha256: Annotated[str, typer.Argument(help="The photograph's SHA-256, as a sighting names it.")],
    out: Annotated[Path, typer.Option("--out", help="The file to write.")],
    reason_code: ReasonCode = None,
    inquiry: InquiryId = None,
) -> None:
    """Write a photograph of a sighting to a file, its hash checked again."""
    settings = Settings()
    answer = ask(
        settings,
        "photo",
        "exact",
        {"sha256": sha256},
        lambda r: photo_question(r, sha256, settings.home / "photos"),
        inquiry=inquiry,
        reason_code=reason_code,
    )
    write_file(answer.files["photo"], out)
    typer.echo(f"{out.absolute()}: {answer.value['media_type']}, {answer.value['bytes']:,} bytes, entry {answer.entry} of the audit log.")


def photos_add(
    source: Annotated[str, typer.Argument(help="The source whose sightings refer to them.")],
    paths: Annotated[list[Path], typer.Argument(help="PNG or JPEG files, or folders of them.")],
    as_json: AsJson = False,
) -> None:
    """Import photographs, as an operator; each is kept under its SHA-256."""
    settings = Settings()
    folder = settings.home / "photos"
    with office_of(settings) as office:
        added = office.as_operator(
            "photos.add", {"source": source, "files": len(paths)}, lambda: add_photos(folder, source, paths).as_dict(), "loaded"
        )
    if as_json:
        print_json(added)
    else:
        typer.echo(f"{added['added']:,} photographs of {source} added ({added['bytes']:,} bytes); {added['known']:,} were there already.")


def pointer(
    text: Annotated[str, typer.Argument(help="A full name (with --born), or a whole identifier.")],
    born: Annotated[str | None, typer.Option("--born", help="The person's birth date (YYYY-MM-DD).")] = None,
    issuer: Annotated[str | None, typer.Option("--issuer", help="Who issued the identifier: a jurisdiction, a scheme, a bank.")] = None,
    inquiry: InquiryId = None,
    as_json: AsJson = False,
) -> None:
    """Which sources that show nothing hold a record of exactly this person or thing, and whom to ask."""
    settings = Settings()
    vault = Vault(settings.home / "keys")
    answer = ask(
        settings,
        "pointer",
        "pointer",
        {"text": text, "born": born, "issuer": issuer},
        lambda r: pointer_question(r, vault, text, born=born, issuer=issuer),
        inquiry=inquiry,
        as_json=as_json,
    )
    print_answer(answer, as_json, answers.print_pointers)
