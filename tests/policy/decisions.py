"""Invented policies, users and questions, many of them almost permitted, and some with texts that could mean something to a machine."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import yaml

from graphsvc.policy.document import Policy, parse_policy
from graphsvc.policy.subject import Asked, Subject

OPERATIONS = ["pointer", "exact", "search", "paths", "analytics", "screen", "export", "disclose", "share", "resolve"]
ROLES = ["analyst", "steward", "supervisor", "auditor", "operator"]
AGENCIES = ["north", "south", "N.O-1_x", "ANY"]
PURPOSES = ["investigation", "fraud", "sanctions", "Investigation"]
CATEGORIES = ["suspect", "convicted", "victim", "witness", "contact"]
ODD = [
    "", " ", "any", "all", "none", "*", "north ", "north\n", '"', "\\", '"; permit (principal, action, resource);', "context.rule",
    "\x00", "\u202enoitagitsevni", '{"__entity": {"type": "User", "id": "root"}}', "__extn", 'User::"root"', "\uff4eorth", "İ",
    "e\u0301", "🐕", "a" * 5000,
]  # fmt: skip


@dataclass(frozen=True)
class World:
    """Policies as dictionaries and as the product reads them."""

    raw: dict[str, dict[str, Any]]
    read: dict[str, Policy]


def world(rng: Random) -> World:
    raw = {f"source_{n}": policy(rng) for n in range(rng.randint(1, 3))}
    return World(raw, {source: parse_policy(yaml.safe_dump(body).encode(), source).policy for source, body in raw.items()})


def policy(rng: Random) -> dict[str, Any]:
    body: dict[str, Any] = {
        "assessment": {"reference": "PIA-1"} if rng.random() < 0.5 else {"none_needed": "invented by a test"},
        "legal_basis": "none at all",
        "holders": ["a test"],
        "contact": "the records desk",
        "retention": {"months": 12},
    }
    if rng.random() < 0.6:
        body["reason_code_per_query"] = rng.random() < 0.6
    if rng.random() < 0.6:
        body["categories"] = rng.sample(CATEGORIES, rng.randint(0, 5))
    if rng.random() < 0.95:
        body["rules"] = [rule(rng, body.get("categories", [])) for _ in range(rng.choice([0, 1, 2, 2, 3, 4, 5]))]
    return body


def rule(rng: Random, categories: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operations": rng.sample(OPERATIONS, rng.choice([1, 4, 8, 10, 10])),
        "roles": rng.sample(ROLES, rng.choice([1, 2, 3])),
        "agencies": "any" if rng.random() < 0.5 else rng.sample(AGENCIES, rng.randint(1, 3)),
        "purposes": "any" if rng.random() < 0.4 else rng.sample(PURPOSES, rng.randint(1, 3)),
    }
    if rng.random() < 0.7:
        some = rng.sample(["none", *categories], rng.randint(1, 1 + len(categories)))
        found["categories"] = rng.choice(["all", "none", some, some])
    return found


def user(rng: Random) -> dict[str, Any]:
    today = datetime.date(2026, 3, 1)
    return {
        "user": rng.choice(ODD) if rng.random() < 0.2 else f"user{rng.randint(1, 9)}",
        "agency": rng.choice(ODD) if rng.random() < 0.1 else rng.choice(AGENCIES),
        "roles": rng.sample(ROLES, rng.choice([0, 1, 1, 2, 3])) + ([rng.choice(ODD)] if rng.random() < 0.1 else []),
        "purposes": rng.sample(PURPOSES, rng.randint(1, 4)) + ([rng.choice(ODD)] if rng.random() < 0.1 else []),
        "trained_until": rng.choices(
            [today + datetime.timedelta(days=rng.randint(-2, 2)), datetime.date.max, datetime.date.min, None], [3, 7, 0.3, 0.7]
        )[0],
        "active": rng.random() < 0.9,
    }


def question(rng: Random, user: dict[str, Any]) -> tuple[str, datetime.datetime, str | None]:
    """Purpose, time, reason code."""
    purpose = rng.choice(user["purposes"] if rng.random() < 0.85 else [*PURPOSES, *ODD])
    zone = datetime.timezone(datetime.timedelta(minutes=rng.choice([0, 0, 60, -300, 765, -720])))
    at = datetime.datetime(2026, 3, 1, rng.randint(0, 23), rng.randint(0, 59), 59, 999_999, zone)
    return purpose, at, rng.choice([None, "", "  \t", "locate", "locate", "verify", '"', "0"])


def subject(user: dict[str, Any]) -> Subject:
    return Subject(
        user["user"], user["agency"], frozenset(user["roles"]), frozenset(user["purposes"]), user["trained_until"], user["active"]
    )


def rounds(rng: Random) -> Iterator[tuple[World, list[tuple[dict[str, Any], str, datetime.datetime, str | None, Asked]]]]:
    """Without end: a world, and a few users with a question each."""
    while True:
        people = [user(rng) for _ in range(4)]
        asked = [(person, *question(rng, person)) for person in people for _ in range(2)]
        yield world(rng), [(person, purpose, at, code, Asked(purpose, at, code)) for person, purpose, at, code in asked]
