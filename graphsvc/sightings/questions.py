"""Look-ups of sightings as both doors ask them: a reading and what was typed, to a JSON-ready answer.

May import the desk's types, the vault, and the parts beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from graphsvc.inquiry.desk import Reading, Result
from graphsvc.policy.vault import Vault
from graphsvc.sightings.look_up import sightings
from graphsvc.sightings.photos import photo
from graphsvc.sightings.verify import verify_sighting

_NO_CODE = "No reason code was given: sources that ask for one with each query, if there are any, were not looked at."


def sighting_question(
    r: Reading, vault: Vault, plates: Sequence[tuple[str, str]], hashes: Sequence[str], *, limit: int, before: str | None
) -> dict[str, Any]:
    """Sightings of exactly named vehicles; of the policies in view, the one that allows the fewest identifiers a look-up counts."""
    most = min((policy.exact_limit for policy in r.policies.values()), default=1)
    found = sightings(
        r.graph,
        r.view,
        r.inquiry,
        plates,
        digest=vault.digester(),
        today=_today(),
        hashes=hashes,
        limit=limit,
        before=before,
        exact_limit=most,
    )
    # Said whether or not there is such a source, so that it tells of none.
    return {**found, "note": None if r.inquiry.reason_code else _NO_CODE}


def photo_question(r: Reading, sha256: str, folder: Path) -> Result:
    """A photograph of a sighting in view, as the file `photo`; its media type is in the value."""
    found = photo(r.graph, r.view, r.inquiry, sha256, folder=folder, today=_today())
    return Result({"sha256": found.sha256, "media_type": found.media_type, "bytes": len(found.data)}, {"photo": found.data})


def verification(r: Reading, sighting: str, decision: str, note: str | None, folder: Path) -> dict[str, Any]:
    """State what the photographs of a sighting show, in the name of who asks."""
    return verify_sighting(r.graph, r.view, r.inquiry, sighting, decision, photos=folder, today=_today(), note=note)


def _today() -> date:
    return datetime.now(UTC).date()
