"""Somebody who may ask, for tests of doors: users, policies of the test's sources, keys and an open inquiry, all of them real."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from graphsvc.inquiry.office import Office, open_office
from graphsvc.policy.document import parse_policy
from graphsvc.settings import Settings

HEAD = """assessment: {none_needed: invented by a test}
legal_basis: none at all
holders: [a test]
retention: {unlimited: invented by a test}
"""
EVERYTHING = "[exact, search, paths, analytics, screen, export, disclose, share, resolve]"
OPEN = f"rules:\n  - {{operations: {EVERYTHING}, roles: [analyst], agencies: any, purposes: any}}\n"
SEALED = "rules: []\n"
REASON = "Who else is behind the freight firm that the witness named"
CASE = "VK-2024-0117"


@dataclass(frozen=True)
class Setup:
    """The key and inquiry of an analyst, as headers and ids."""

    key: str
    inquiry: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "Inquiry": self.inquiry}


def user(office: Office, id: str, *roles: str, purposes: Iterable[str] = ("investigation",), agency: str = "veldmark_police") -> str:
    """Add a user with these roles; returns a key of theirs."""
    office.add_user(
        id,
        name=id.title(),
        agency=agency,
        roles=roles or ("analyst",),
        purposes=purposes,
        trained_until=date(2099, 12, 31),
        oidc=(None, None),
    )
    return str(office.make_key(id, days=30)["key"])


def policies(office: Office, texts: Mapping[str, str]) -> None:
    """Put a policy in force for each source."""
    for source, text in texts.items():
        office.policies.register(source, parse_policy((HEAD + text).encode(), f"policy of {source}"), "test", datetime.now(UTC))


def set_up(settings: Settings, open_sources: Iterable[str] = (), sealed: Iterable[str] = ()) -> Setup:
    """An operator `root` (whom the machine acts as) who is an analyst too, policies for the sources, and an open inquiry of root's."""
    with open_office(settings) as office:
        key = user(office, "root", "analyst", "steward")
        policies(office, {**dict.fromkeys(open_sources, OPEN), **dict.fromkeys(sealed, SEALED)})
        inquiry = office.open_inquiry(office.this_user(), purpose="investigation", case=CASE, reason=REASON)
        return Setup(key, inquiry["id"])
