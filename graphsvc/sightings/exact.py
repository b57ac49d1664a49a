"""What a look-up of sightings may name: a complete plate number with the jurisdiction that issued it, or a complete hash.

Nothing of what a user gives is completed or guessed: a sign that could stand for others is refused. May import loading and the graph.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from graphsvc.errors import InputError
from graphsvc.graph.ontology import Ontology
from graphsvc.graph.view import View
from graphsvc.loading.ids import identity
from graphsvc.loading.normalise import compile_normalisers

UNKNOWN = "unknown"  # the jurisdiction of reads whose source has none
# Signs that stand between the groups of a plate; any other sign (* ? % _ # ...) may mean "whatever is here" to the one who typed it.
_GROUPED = re.compile(r"[^\W_]+(?:(?: ?[-.·•] ?| )[^\W_]+)*")
_SHORTEST, _LONGEST = 2, 15  # one sign is what is left of a plate; India's ten signs are the longest in common use
_LONGEST_JURISDICTION = 40
# Hexadecimal digits of MD5, SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512: another length is a part of a hash.
_HASH = re.compile("|".join(f"[0-9a-f]{{{length}}}" for length in (32, 40, 56, 64, 96, 128)))
_HOW = "Give the whole number of the plate and the jurisdiction that issued it, as in AB12345 and XV."
_plate = compile_normalisers(["plate"])  # the one that loader specs apply to plates


class Named(NamedTuple):
    """One complete identifier: a plate with its jurisdiction, or a hashed plate."""

    number: str | None
    jurisdiction: str | None
    plate_hash: str | None = None

    def names(self, vehicle: dict[str, Any]) -> bool:
        """Whether a vehicle found by an index bears exactly this (identities fold accents away, which plates may differ in)."""
        if self.plate_hash is not None:
            return str(vehicle.get("plateHash")).lower() == self.plate_hash
        return _plate(str(vehicle.get("registrationNumber"))) == self.number and _plate(
            str(vehicle.get("jurisdiction") or UNKNOWN)
        ) == _plate(str(self.jurisdiction))

    def as_dict(self) -> dict[str, str | None]:
        return self._asdict()

    def looked_up_by(self, ontology: Ontology, digest: Callable[[str], str]) -> dict[str, Any]:
        """What the indexes hold for it: exact identities, a number without jurisdiction, hashes."""
        if self.plate_hash is not None:
            return {"idents": [], "number": None, "hashes": [self.plate_hash, self.plate_hash.upper()]}
        properties: dict[str, object] = {"registrationNumber": self.number, "jurisdiction": self.jurisdiction}
        exact = [identity(name, ontology.entities[name], properties) for name in ontology.below("Vehicle")]
        return {
            "idents": [digest(one) for one in exact if one is not None],
            "number": self.number if self.jurisdiction == UNKNOWN else None,
            "hashes": [],
        }


def named(plates: Sequence[tuple[str, str]], hashes: Sequence[str], exact_limit: int) -> list[Named]:
    """The identifiers that a look-up names, each once, in the order given.

    Raises InputError for none, for more than `exact_limit`, and for one that is not complete. The message does not repeat the plate.
    """
    given = len(plates) + len(hashes)
    if not given:
        raise InputError("No plate was given.", hint=_HOW)
    if given > exact_limit:
        raise InputError(
            f"{given} identifiers were given; the policy allows {exact_limit} a look-up.",
            hint="Look them up one by one, each with its reason." if exact_limit == 1 else "Give fewer.",
        )
    found = [Named(_number(number), _jurisdiction(jurisdiction)) for number, jurisdiction in plates]
    return list(dict.fromkeys([*found, *(Named(None, None, _hash(text)) for text in hashes)]))


def sighting_types(ontology: Ontology) -> list[str]:
    """The link types that say where and when a vehicle was seen: events from a vehicle, with a time."""
    return sorted(
        name
        for name, link in ontology.links.items()
        if link.kind == "event" and "at" in link.properties and any(ontology.is_a(end, "Vehicle") for end in link.from_)
    )


def require_exact(view: View) -> None:
    """Raises ValueError for a view of another operation: no user can cause that, only a door that asks with the wrong view."""
    if view.operation != "exact":
        raise ValueError(f"sightings are read in a view of the operation exact, not {view.operation}")


def _number(text: str) -> str:
    plain = _grouped(text, "number of the plate")
    number = _plate(plain) or ""
    if not _SHORTEST <= len(number) <= _LONGEST:
        raise InputError(
            f"The number of the plate has {len(number)} letters and digits; a complete one has {_SHORTEST} to {_LONGEST}.", hint=_HOW
        )
    return number


def _jurisdiction(text: str) -> str:
    plain = _grouped(text, "jurisdiction")
    if len(plain) > _LONGEST_JURISDICTION:
        raise InputError(f"The jurisdiction has {len(plain)} signs; {_LONGEST_JURISDICTION} are the most.", hint=_HOW)
    return UNKNOWN if plain.casefold() == UNKNOWN else plain.upper()


def _grouped(text: str, what: str) -> str:
    """The text with plain white space; refuses an empty one and every sign that is no letter, digit or usual separator."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    if not plain:
        extra = f" `{UNKNOWN}` finds only reads whose source names none." if what == "jurisdiction" else ""
        raise InputError(f"The {what} is missing.", hint=_HOW + extra)
    if not _GROUPED.fullmatch(plain):
        odd = next((c for c in plain if not c.isalnum() and c not in " -.·•"), None)
        raise InputError(
            f"The {what} has the sign {odd!r}; there are no wildcards." if odd else f"The {what} begins, ends or goes on with a separator.",
            hint=_HOW,
        )
    return plain


def _hash(text: str) -> str:
    plain = text.strip().lower()
    if not _HASH.fullmatch(plain):
        raise InputError(
            "The hash of the plate is not complete: it is 32, 40, 56, 64, 96 or 128 hexadecimal digits.",
            hint="Give it as the publisher of the reads writes it.",
        )
    return plain
