"""`/v1/sightings`, `/v1/photos`, `/v1/pointers`: what may be looked up, not searched."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from graphsvc.api import examples
from graphsvc.api.models import Verification
from graphsvc.api.params import Ask, Id, proof
from graphsvc.api.responses import answers
from graphsvc.connections.questions import pointer_question
from graphsvc.sightings.questions import photo_question, sighting_question, verification

router = APIRouter(prefix="/v1", tags=["look-ups"])

Number = Annotated[str | None, Query(description="The whole number of a plate.", max_length=100)]
Jurisdiction = Annotated[str, Query(description="Who issued it; `unknown` finds reads whose source names none.", max_length=100)]
PlateHash = Annotated[str | None, Query(alias="hash", description="Instead of a plate: its whole hash.", max_length=200)]
Before = Annotated[str | None, Query(description="`next` of the page before.", max_length=500)]
Page = Annotated[int, Query(ge=1, le=1000, description="The most sightings to give.")]


@router.get("/sightings", responses=answers(examples.SIGHTINGS, 400, 403, 504))
def look_up(
    ask: Ask, number: Number = None, jurisdiction: Jurisdiction = "", plate_hash: PlateHash = None, limit: Page = 50, before: Before = None
) -> Response:
    """Where and when one exactly named vehicle was seen, newest first. Sources may ask for a `Reason-Code`."""
    plates = [(number, jurisdiction)] if number is not None else []
    hashes = [plate_hash] if plate_hash is not None else []
    return ask.answer(
        "sighting",
        "exact",
        {"plate": number, "jurisdiction": jurisdiction, "hash": plate_hash, "limit": limit, "before": before},
        lambda r: sighting_question(r, ask.vault, plates, hashes, limit=limit, before=before),
    )


@router.post("/sightings/{id:path}/verifications", responses=answers(examples.VERIFICATION, 400, 403, 404))
def state(ask: Ask, id: Id, given: Verification) -> Response:
    """State what the photographs of a sighting show. Statements are added, never changed."""
    folder = ask.settings.home / "photos"
    return ask.answer(
        "sighting.verify",
        "exact",
        {"sighting": id, **given.model_dump()},
        lambda r: verification(r, id, given.decision, given.note, folder),
        decides=True,
    )


_IMAGE: dict[str, Any] = {"description": "The image, PNG or JPEG", "content": {"image/png": {"example": ""}}}


@router.get("/photos/{sha256}", response_class=Response, responses={**answers("", 403, 404), 200: _IMAGE})
def show_photo(ask: Ask, sha256: str) -> Response:
    """A photograph of a sighting in view, its hash checked again."""
    answer = ask.asked("photo", "exact", {"sha256": sha256}, lambda r: photo_question(r, sha256, ask.settings.home / "photos"))
    # The entry has the hash of what was told of the photograph, and among its files this one of the photograph itself.
    return Response(answer.files["photo"], media_type=answer.value["media_type"], headers=proof(answer.entry, answer.value["sha256"]))


@router.get("/pointers", responses=answers(examples.POINTERS, 400, 403))
def point(
    ask: Ask,
    text: Annotated[str, Query(description="A full name (with `born`), or a whole identifier.", max_length=300)],
    born: Annotated[str | None, Query(description="The person's birth date (YYYY-MM-DD).", max_length=10)] = None,
    issuer: Annotated[str | None, Query(description="Who issued the identifier.", max_length=100)] = None,
) -> Response:
    """Which sources that show nothing hold a record of exactly this person or thing, and whom to ask."""
    parameters = {"text": text, "born": born, "issuer": issuer}
    return ask.answer("pointer", "pointer", parameters, lambda r: pointer_question(r, ask.vault, text, born=born, issuer=issuer))
