"""Answers of `/v1/around` and its like as the OpenAPI document shows them. Every name is invented."""

from __future__ import annotations

from typing import Any

from graphsvc.api.examples import ENTITIES, RECORD, RECORD_ID

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
ALONE = {"members": [PERSON], "same_as": []}
AROUND: dict[str, Any] = {
    "question": {"entity": PERSON, "identity": "certain", "type": None, "links": None, "year": None, "limit": 20, "after": None},
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
_COMPLETE: dict[str, Any] = {"complete": True, "cut_by": [], "cut_text": [], "seq": 14}
OWNERS: dict[str, Any] = {
    "question": {"entity": COMPANY, "down": False, "identity": "certain", "on": None, "min_share": 0, "levels": 10, "limit": 50},
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
