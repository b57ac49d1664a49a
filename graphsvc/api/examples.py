"""Answers as the OpenAPI document shows them. Every name is invented."""

from __future__ import annotations

from typing import Any

HIT: dict[str, Any] = {
    "id": "register/person/1042",
    "source": "register",
    "source_title": "Company register",
    "type": "Person",
    "type_label": "person",
    "caption": "Ada Holm",
    "score": 1.0,
    "stub": False,
    "telling": {"birthDate": "1971-03"},
    "linked": [{"id": "register/company/77", "type": "Company", "caption": "Holm Shipping", "link": "director of"}],
    "links": 1,
    "links_more": False,
}
RECORD_ID = "register/record/officers/1042@3fd1c0a2b4e5"
_ENDS = {
    "register/person/1042": ("Person", "person", "Ada Holm", {"birthDate": "1971-03"}),
    "register/company/77": ("Company", "company", "Holm Shipping", {"registrationNumber": "77"}),
}
ENTITIES = {
    id: {
        "id": id,
        "source": "register",
        "source_title": "Company register",
        "type": type,
        "type_label": label,
        "caption": caption,
        "stub": False,
        "properties": properties,
    }
    for id, (type, label, caption, properties) in _ENDS.items()
}
RECORD: dict[str, Any] = {
    "id": RECORD_ID,
    "source": "register",
    "source_title": "Company register",
    "table": "officers",
    "key": "1042",
    "version": 1,
    "as_of": "2024-01-31",
    "file": "officers.csv",
    "line": 12,
    "sha256": "3fd1c0a2b4e5" + 52 * "0",
    "in_force": True,
}
_LINK: dict[str, Any] = {
    "id": "register/DIRECTOR_OF/9c1e",
    "valid_from": "2019-05",
    "valid_to": None,
    "properties": {},
    "records": [RECORD_ID],
    "sentence": "Ada Holm is a director of Holm Shipping, from 2019-05.",
}
ENTITY: dict[str, Any] = {
    "entity": ENTITIES["register/person/1042"],
    "values": {"name": ["Ada Holm"], "birthDate": "1971-03"},
    "records": [RECORD],
    "links": [
        {
            "type": "DIRECTOR_OF",
            "label": "director of",
            "outgoing": True,
            "count": 1,
            "links": [
                {**_LINK, "source": "register", "other": {"id": "register/company/77", "type": "Company", "caption": "Holm Shipping"}}
            ],
        }
    ],
    "same_as": [],
    "same_as_count": 0,
    "seq": 14,
    "known": None,
}
ROW: dict[str, Any] = {
    **{k: v for k, v in RECORD.items() if k != "source_title"},
    "as_of": ["2024-01-31"],
    "load": "register/2024-02-01T08:00:00Z",
    "expires_at": "2034-01-31",
    "file_sha256": 64 * "0",
    "spec": 64 * "1",
    "raw": '1042,"Holm, Ada",1971-03,77,2019-05',
    "raw_encoding": "utf-8",
    "hash_checked": True,
}
PATHS: dict[str, Any] = {
    "question": {
        "from": "register/person/1042",
        "to": "register/company/77",
        "max_hops": 6,
        "k": 5,
        "types": None,
        "sources": None,
        "identity": "certain",
        "rank": "worth",
        "during": None,
        "on": None,
        "sequential": False,
        "through_hubs": False,
        "avoid": None,
        "via": None,
        "min_evidence": 1,
        "budget": 5_000_000,
        "hub_links": 1000,
        "known_at": None,
    },
    "entities": ENTITIES,
    "records": {RECORD_ID: RECORD},
    "paths": [
        {
            "length": 1,
            "crossings": 0,
            "cost": 2.0,
            "time": "overlapping",
            "sources": ["register"],
            "nodes": ["register/person/1042", "register/company/77"],
            "hops": [
                {
                    **_LINK,
                    "kind": "link",
                    "type": "DIRECTOR_OF",
                    "label": "director of",
                    "from": "register/person/1042",
                    "to": "register/company/77",
                    "forward": True,
                    "source": "register",
                    "evidence": None,
                    "method": None,
                    "also": {"n": 0, "ids": []},
                    "cost": {
                        "total": 2.0,
                        "link": 1.0,
                        "type": 0.0,
                        "evidence": 1.0,
                        "possible": 0.0,
                        "time": 0.0,
                        "through": 0.0,
                        "records": 1,
                        "degree": None,
                    },
                }
            ],
            "variants": {"n": 0, "paths": []},
        }
    ],
    "complete": True,
    "hubs": [],
    "hubs_met": 0,
    "searched": {
        "sources": ["register"],
        "max_hops": 6,
        "max_steps": 13,
        "types": None,
        "hub_links": 1000,
        "not_through": ["Place"],
        "budget": 5_000_000,
        "narrowed": ["Not through what is of type Place."],
    },
    "cut_by": [],
    "cut_text": [],
    "engine": "memory",
    "seq": 14,
    "known": None,
}
USER: dict[str, Any] = {
    "id": "anna-dekker",
    "name": "Anna Dekker",
    "agency": "veldmark_police",
    "roles": ["analyst"],
    "purposes": ["investigation"],
    "trained_until": "2027-06-30",
    "active": True,
}
LATER: dict[str, Any] = {
    "id": "ans_20240701_x7k2m9a4bc",
    "inquiry": "inq_20240701_x7k2m9",
    "question": "path",
    "state": "running",
    "asked_at": "2024-07-01T08:00:00.000Z",
    "ended_at": None,
    "seconds": 12.5,
    "entry": None,
    "sha256": None,
    "result": None,
}
INQUIRY: dict[str, Any] = {
    "id": "inq_20240701_x7k2m9",
    "user": "anna-dekker",
    "agency": "veldmark_police",
    "purpose": "investigation",
    "case": "VK-2024-0117",
    "reason": "Who else is behind the freight firm named by the witness",
    "state": "open",
    "standing": False,
    "opened_at": "2024-07-01T08:00:00Z",
    "until": "2024-07-01T16:00:00Z",
    "rules_sha256": 64 * "2",
}
RULES: dict[str, Any] = {
    "rules_of_use": "Ask only what your case needs.",
    "rules_sha256": 64 * "2",
    "purposes": {"investigation": "Investigation of an offence"},
    "reason_codes": {"stolen-vehicle": "A vehicle reported stolen"},
    "case_pattern": "[A-Z]{2}-[0-9]{4}-[0-9]{3,6}",
}
SIGHTINGS: dict[str, Any] = {
    "asked": [{"number": "VK1001", "jurisdiction": "XV", "plate_hash": None}],
    "sightings": [
        {
            "id": "plate_reads/READ_BY/4f1c",
            "source": "plate_reads",
            "source_title": "Plate reads",
            "vehicle": {"number": "VK1001", "jurisdiction": "XV", "plate_hash": None},
            "at": "2024-06-03T10:15:00Z",
            "offset": "+02:00",
            "location": [5.32, 60.39],
            "address": "Quay 4, Bergen",
            "device": "CAM-0002",
            "photos": {"overview": 64 * "3", "plate": 64 * "4"},
            "confidence": 0.93,
            "properties": {},
            "status": "unverified",
            "verifications": [],
            "records": [{"id": RECORD_ID, "file": "reads.csv", "line": 12, "sha256": None}],
        }
    ],
    "next": None,
    "note": None,
}
VERIFICATION: dict[str, Any] = {
    "id": "verification/9a1b",
    "decision": "confirmed",
    "decided_by": "anna-dekker",
    "decided_at": "2024-07-01T09:00:00.000Z",
    "note": None,
    "photos": {"overview": 64 * "3", "plate": 64 * "4"},
}
POINTERS: dict[str, Any] = {
    "pointers": [
        {
            "source": "border_crossings",
            "source_title": "Border crossings",
            "holder": "Border Guard",
            "contact": "records desk, +47 55 50 12 34",
        }
    ]
}

_WEIGHED = {
    "id": "same/1f0c5b7e2d9a4c3f8e6d1a2b3c4d5e6f",
    "method": "resolution",
    "decided_by": "graphsvc",
    "decided_at": "2026-11-24T12:00:00.000Z",
    "model": "people-1 (51b40097457c)",
    "reference": "d1b2a7e0c4f35896a7b8c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4",
    "score": 0.999999,
    "bits": 22.1,
    "run": "run/20261124T120000-1f9d45",
    "records": ["bills/record/customers/7@aa01", "register/record/officers/1042@77c0"],
    "evidence": {
        "comparisons": [{"name": "phone", "level": "shared", "bits": 29.0, "a": "+4755501234", "b": "+4755501234"}],
        "corroborated_by": ["phone"],
        "name_share": 0.0000133,
        "contradicted": False,
        "thresholds": {"same": 6.0, "possible": -4.0},
    },
    "sentences": ["same phone number: +29.0 bits", "together +22.1 bits: the same, corroborated by phone"],
}
_BILL = {"id": "bills/person/7", "source": "bills", "caption": "A. Holm", "properties": {"name": ["A. Holm"]}}
_DIRECTOR = {"id": "register/person/1042", "source": "register", "caption": "Ada Holm", "properties": {"name": ["Ada Holm"]}}
WHY: dict[str, Any] = {
    "a": "bills/person/7",
    "b": "register/person/1042",
    "entities": {"bills/person/7": _BILL, "register/person/1042": _DIRECTOR},
    "decisions": [{"a": "bills/person/7", "b": "register/person/1042", "type": "SAME_AS", "in_force": True, **_WEIGHED}],
    "judgements": [],
}
WHY_NOT: dict[str, Any] = {
    **WHY,
    "decisions": [],
    "same": False,
    "reasons": ["Nothing but the name agrees, which never makes two the same."],
    "weighed": ["a name that 1 in 75,000 bears: +9.1 bits", "two at random, 1 in 10,000,000: -23.3 bits", "together -14.2 bits"],
}
HOW: dict[str, Any] = {
    "entity": "bills/person/7",
    "members": [_BILL, _DIRECTOR],
    "steps": [{"a": "bills/person/7", "b": "register/person/1042", "type": "SAME_AS", "in_force": True, **_WEIGHED}],
    "decisions": 1,
    "contradictions": [],
    "complete": True,
}
CANDIDATES: dict[str, Any] = {
    "candidates": [
        {
            "a": _BILL,
            "b": _DIRECTOR,
            **_WEIGHED,
        }
    ],
    "total": 1,
}
JUDGEMENT: dict[str, Any] = {
    "id": "judgement/5b1f0c7e2d9a4c3f",
    "a": "bills/person/7",
    "b": "register/person/1042",
    "verdict": "never",
    "reason": "father and son: ID cards seen",
    "by": "stella",
    "inquiry": "inq_20261124_cpw9k8",
    "at": "2026-11-24T12:00:00.000Z",
    "compartments": ["bills", "register"],
}
RUNS: dict[str, Any] = {
    "runs": [
        {
            "id": "run/20261124T120000-1f9d45",
            "status": "finished",
            "kinds": ["people"],
            "compartments": ["bills", "register"],
            "by": "stella",
            "started_at": "2026-11-24T12:00:00.000Z",
            "finished_at": "2026-11-24T12:00:09.000Z",
            "entities": 5701,
            "same": 5640,
            "possible": 902,
            "added": 6542,
            "retired": 0,
            "contradictions": [],
        }
    ]
}
UNDONE: dict[str, Any] = {
    "run": "run/20261124T120000-1f9d45",
    "compartments": ["bills", "register"],
    "reason": "a model of another country",
    "retired": 6542,
    "added": 0,
}
TICKET: dict[str, Any] = {
    "inquiry": "inq_20240701_x7k2m9",
    "until": "2024-07-01T16:00:00.000Z",
    "ticket": "gst_shown-once",
    "url": "http://127.0.0.1:8420/v1/reconcile/gst_shown-once",
}
MATCHES: dict[str, Any] = {
    "type": "people",
    "columns": {"name": "name", "birth_date": "birth_date"},
    "limit": 5,
    "list_sha256": 64 * "5",
    "reference": 64 * "6",
    "rows": [
        {
            "row": 1,
            "line": None,
            "asked": {"birth_date": ["1971-03-14"], "name": ["Ada Holm"]},
            "problems": [],
            "answered": True,
            "verdict": "same",
            "candidates": [
                {
                    "id": "register/person/1042",
                    "caption": "Ada Holm",
                    "type": "Person",
                    "source": "register",
                    "source_title": "Company register",
                    "verdict": "same",
                    "score": 0.9862,
                    "bits": 6.2,
                    "corroborated_by": ["birth_date"],
                    "contradicted": False,
                    "sentences": ["same date of birth: +14.1 bits", "together +6.2 bits: the same, corroborated by birth date"],
                    "comparisons": [{"name": "birth_date", "level": "day", "bits": 14.1, "a": "1971-03-14", "b": "1971-03-14"}],
                }
            ],
            "more": 0,
            "compared": 12,
            "namesakes": 2,
            "cut": [],
        }
    ],
}
RECONCILED: dict[str, Any] = {
    "q0": {
        "result": [
            {
                "id": "register/person/1042",
                "name": "Ada Holm",
                "description": "Company register: same date of birth: +14.1 bits",
                "type": [{"id": "Person", "name": "person"}],
                "score": 98.62,
                "match": True,
                "features": [{"id": "birth_date", "value": 14.1}],
            }
        ]
    }
}
