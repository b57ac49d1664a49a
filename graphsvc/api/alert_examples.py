"""What answers about watches and alerts look like, of an invented country."""

from __future__ import annotations

from typing import Any

WATCH: dict[str, Any] = {
    "id": "wat_20261128_4k7m2qd81x",
    "user": "anna",
    "inquiry": "inq_20261128_5zm5vt",
    "case": "VM-2026-0417",
    "purpose": "investigation",
    "subject": {"kind": "identifier", "identifier": "SJ79644", "issuer": "XV"},
    "reason_code": "lead",
    "mail": "anna@police.veldmark.example",
    "webhook": None,
    "daily": False,
    "made_at": "2026-11-28T12:00:00.000Z",
    "until": "2027-01-31T00:00:00.000Z",
    "ended_at": None,
}
NOTED: dict[str, Any] = {
    "id": "alr_20261128_9w3xfdk2rt",
    "number": 12,
    "kind": "identifier",
    "watch": WATCH["id"],
    "inquiry": WATCH["inquiry"],
    "case": WATCH["case"],
    "subject": "SJ79644 (XV)",
    "lead": None,
    "made_at": "2026-11-28T12:31:07.412Z",
    "state": "new",
    "state_by": None,
    "state_at": None,
    "reason": None,
}
ALERTS: dict[str, Any] = {"alerts": [NOTED | {"dead": []}], "next": None, "sources": ["company_register"]}
MARKED: dict[str, Any] = {
    "alert": NOTED | {"state": "acknowledged", "state_by": "anna", "state_at": "2026-11-28T12:40:00.000Z"},
    "sources": ["company_register"],
}
TEST: dict[str, Any] = {
    "watch": WATCH,
    "method": "What bears exactly this identifier, letter by letter, in what a batch added. Nothing that only comes near is found.",
    "subject": [],
    "sources": ["plate_reads"],
}
ALERT: dict[str, Any] = {
    "alert": NOTED,
    "lead": None,
    "meeting": None,
    "cause": {"seq": 412, "at": "2026-11-28T12:31:06.981Z", "load": "plate_reads/load/20261128T123059-1d0c2a", "run": None, "more": 0},
    "method": TEST["method"],
    "note": "A camera's reading: unverified until a person has compared both photographs with the vehicle.",
    "facts": [],
    "records": [],
    "entities": [],
    "findings": [],
    "sightings": [
        {
            "id": "plate_reads/READ_BY/6d1f0c5f0d8e2c1b",
            "at": "2026-11-28T11:58:12.000Z",
            "status": "unverified",
            "photos": {"overview": "0f3a" + "0" * 60, "plate": "9b1c" + "0" * 60},
        }
    ],
}
