"""Answers of `/v1/around` and its like as the OpenAPI document shows them. Every name is invented."""

from __future__ import annotations

from typing import Any

from graphsvc.api.examples import ENTITIES, PATHS, RECORD, RECORD_ID

PERSON, COMPANY = ENTITIES
LINK: dict[str, Any] = {
    "id": "register/DIRECTOR_OF/9c1e",
    "source": "register",
    "type": "DIRECTOR_OF",
    "label": "director of",
    "from": PERSON,
    "to": COMPANY,
    "sentence": "Ada Holm is a director of Holm Shipping, from 2019-05.",
    "valid_from": "2019-05",
    "valid_to": None,
    "properties": {},
    "records": [RECORD_ID],
}
_NARROWED: dict[str, Any] = {"sources": None, "during": None, "on": None, "min_evidence": 1, "avoid": [], "known_at": None}
ALONE = {"members": [PERSON], "same_as": []}
AROUND: dict[str, Any] = {
    "question": {
        "entity": PERSON,
        "identity": "certain",
        "type": None,
        "links": None,
        "year": None,
        **_NARROWED,
        "limit": 20,
        "after": None,
    },
    "entity": ENTITIES[PERSON],
    "cluster": {**ALONE, "complete": True},
    "counts": [
        {
            "type": "DIRECTOR_OF",
            "label": "director of",
            "outgoing": True,
            "links": 1,
            "more": False,
            "by": [{"type": "Company", "year": "2019", "links": 1, "neighbours": 1}],
        }
    ],
    "neighbours": [{"id": COMPANY, "count": 1, "links": [LINK]}],
    "next": None,
    "entities": ENTITIES,
    "records": {RECORD_ID: RECORD},
    "seq": 14,
    "known": None,
}
_SHARE = {"min": 25.0, "max": 50.0}
_OWNS = {**LINK, "id": "register/OWNS/17aa", "type": "OWNS", "label": "owns shares of", "share": _SHARE}
_HOP = {
    "from": COMPANY,
    "to": PERSON,
    "share": _SHARE,
    "stated": True,
    "sources": [{"source": "register", "share": _SHARE}],
    "disagree": False,
    "links": [{**_OWNS, "sentence": "Ada Holm owns shares of Holm Shipping, from 2019-05, 25 to 50 %."}],
    "count": 1,
}
_COMPLETE: dict[str, Any] = {"complete": True, "cut_by": [], "cut_text": [], "seq": 14, "known": None}
OWNERS: dict[str, Any] = {
    "question": {
        "entity": COMPANY,
        "down": False,
        "identity": "certain",
        **_NARROWED,
        "min_share": 0,
        "levels": 10,
        "via": None,
        "limit": 50,
    },
    "entity": ENTITIES[COMPANY],
    "cluster": COMPANY,
    "clusters": {PERSON: ALONE, COMPANY: {"members": [COMPANY], "same_as": []}},
    "chains": [{"nodes": [COMPANY, PERSON], "share": _SHARE, "ends": "top", "hops": [_HOP]}],
    "totals": [{"cluster": PERSON, "share": _SHARE, "chains": 1, "ultimate": True}],
    "cycles": [],
    "below_min_share": 0,
    "entities": ENTITIES,
    "records": {RECORD_ID: RECORD},
    **_COMPLETE,
}
_PAYER, _PAYEE = "bank/Account/5f3c", "bank/Account/77aa"
_MONEY = {"amount": 54459579, "currency": "EUR", "text": "544,595.79 EUR"}
_TRANSFER = {
    **LINK,
    "id": "bank/TRANSFERRED_TO/0c1d",
    "type": "TRANSFERRED_TO",
    "label": "transferred to",
    "from": _PAYER,
    "to": _PAYEE,
    "sentence": "NO93 8601 transferred money to NO12 1234, on 2020-06-29 at 02:33 UTC, 544,595.79 EUR.",
    "clusters": [_PAYER, _PAYEE],
    "at": "2020-06-29T02:33:00.000Z",
    **_MONEY,
}
FLOW: dict[str, Any] = {
    "question": {
        "from": _PAYER,
        "to": _PAYEE,
        "identity": "certain",
        "max_hops": 4,
        "within_days": 3,
        "min_amount": 1000,
        "known_at": None,
    },
    "ends": [{"entity": id, "cluster": id, "accounts": [id], "links": []} for id in (_PAYER, _PAYEE)],
    "ways": [{"nodes": [_PAYER, _PAYEE], "hops": [_TRANSFER], "chains": 1, "smallest": _MONEY, "order": "sure"}],
    "months": [{"from": _PAYER, "to": _PAYEE, "month": "2020-06", "transfers": 1, "without_amount": 0, **_MONEY}],
    "clusters": {id: {"members": [id], "same_as": []} for id in (_PAYER, _PAYEE)},
    "entities": {},
    "records": {RECORD_ID: RECORD},
    **_COMPLETE,
}
_OTHER = "register/person/1043"
COMMON: dict[str, Any] = {
    "question": {"entities": [PERSON, _OTHER], "identity": "certain", "hops": 1, "types": None, **_NARROWED, "limit": 20},
    "given": [{"cluster": id, "entity": id} for id in (PERSON, _OTHER)],
    "things": [
        {
            "cluster": COMPANY,
            "shared_by": 2,
            "degree": 3,
            "hub": False,
            "information": -1.585,
            "routes": [
                {"cluster": id, "steps": [{"from": id, "to": COMPANY, "count": 1, "links": [{**LINK, "from": id}]}]}
                for id in (PERSON, _OTHER)
            ],
        }
    ],
    "direct": [],
    "hubs": [],
    "hubs_count": 0,
    "searched": {"sources": ["register"], "max_hops": 1, "types": None, "narrowed": []},
    "duplicates": [],
    "problems": [],
    "clusters": {id: {"members": [id], "same_as": []} for id in (PERSON, _OTHER, COMPANY)},
    "entities": ENTITIES,
    "records": {RECORD_ID: RECORD},
    **_COMPLETE,
}
BETWEEN: dict[str, Any] = {
    **{name: PATHS[name] for name in ("paths", "entities", "records", "hubs", "hubs_met", "searched")},
    "question": {
        "entities": [PERSON, COMPANY],
        "identity": "certain",
        "nodes": 30,
        "max_hops": 6,
        "types": None,
        **_NARROWED,
        "through_hubs": False,
        "hub_links": 1000,
    },
    "groups": [[COMPANY, PERSON]],
    "left_out": [],
    "nodes": [COMPANY, PERSON],
    "duplicates": [],
    "problems": [],
    "engine": "memory",
    **_COMPLETE,
}
BATCH: dict[str, Any] = {
    "answers": [
        {"line": 1, "from": PERSON, "to": COMPANY, "answer": PATHS, "problem": None},
        {
            "line": 2,
            "from": PERSON,
            "to": "Nobody",
            "answer": None,
            "problem": {"status": 404, "title": "Not found", "detail": "Nothing in view is called 'Nobody'.", "hint": None},
        },
    ]
}
