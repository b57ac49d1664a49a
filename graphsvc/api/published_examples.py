"""What answers about published leads look like, of an invented country."""

from __future__ import annotations

from typing import Any

from graphsvc.api.alert_examples import NOTED

_LEAD: dict[str, Any] = {
    "id": "led_20261128_7m2xk4q9ta",
    "title": "One telephone in two cases",
    "text": "The number of the suspect is on a supply contract of another case's director.",
    "case": "VM-2026-0417",
    "made_at": "2026-11-28T12:00:00.000Z",
    "until": "2027-02-26T12:00:00.000Z",
    "withdrawn_at": None,
    "withdrawn_because": None,
    "by": "Anna Dekker",
    "agency": "Police of Veldmark",
    "contact": "inquiries@police.veldmark.example",
    "readers": {"agencies": ["veldmark_fiu"], "regions": [], "roles": [], "cases": ["VM-2026-0418"]},
}
PUBLISHED: dict[str, Any] = {"lead": _LEAD, "sources": ["case_files", "company_register"]}
LEADS: dict[str, Any] = {
    "published": [_LEAD],
    "received": [NOTED | {"kind": "lead", "subject": "Two companies at one address", "lead": "led_20261127_2f8w6rz0nc", "inquiry": None}],
    "sources": ["case_files", "company_register"],
}
LEAD: dict[str, Any] = {
    "lead": _LEAD | {"readers": None, "unread_by": None},
    "entities": [
        {"id": "case_files/Person/VK-78943901,P1", "type": "Person", "caption": "Semus Krolyberg", "source": "case_files"},
    ],
    "facts": [],
    "records": [],
    "sightings": [],
    "findings": [],
}
WITHDRAWN: dict[str, Any] = _LEAD | {"withdrawn_at": "2026-11-29T09:00:00.000Z", "withdrawn_because": "the two are namesakes"}
MAIL: dict[str, Any] = {"user": "anna", "mail": "anna@police.veldmark.example"}
