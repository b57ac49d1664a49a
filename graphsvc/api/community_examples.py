"""Examples of answers about jobs and communities, for the OpenAPI document. Imports nothing of graphsvc."""

from __future__ import annotations

from typing import Any

ASKED: dict[str, Any] = {"job": "communities", "asked_for": "2026-11-24T09:12:44Z", "running": None}
JOB: dict[str, Any] = {
    "name": "communities",
    "kind": "communities",
    "inquiry": "inq_20261124_cpw9k8",
    "user": "anna",
    "cron": "30 2 * * *",
    "parameters": {
        "sources": [],
        "scale": 2000.0,
        "hub_links": 100,
        "least": 3,
        "seed": 1,
        "measures": ["wcc"],
        "samples": 200,
        "keep": 10,
    },
    "where": "api",
}
RUN: dict[str, Any] = {
    "id": "run_20261124_x7k2m9",
    "job": "communities",
    "kind": "communities",
    "status": "finished",
    "by": "anna",
    "inquiry": "inq_20261124_cpw9k8",
    "purpose": "investigation",
    "fire": "2026-11-24T02:30:00Z",
    "started_at": "2026-11-24T02:30:00.412Z",
    "finished_at": "2026-11-24T02:30:09.101Z",
    "seconds": 8.689,
    "progress": None,
    "error": None,
    "cancelled_by": None,
    "compartments": ["bills", "register"],
    "view_sha256": "5f6c0d6e...",
    "projection_sha256": "9dfce6c5...",
    "parameters": JOB["parameters"],
    "versions": {"graphsvc": "0.2.0", "neo4j": "5.26.30", "gds": "2.13.9"},
    "result": {"entities": 19569, "links": 26168, "communities": 433, "changes": {"grew": 2, "explained": 2}},
}
RUNS: dict[str, Any] = {"runs": [RUN]}
_RUN = {name: RUN[name] for name in ("id", "job", "started_at", "finished_at", "projection_sha256", "compartments")} | {"seq": 41}
COMMUNITIES: dict[str, Any] = {
    "run": _RUN,
    "communities": [
        {
            "id": "communities-17",
            "number": 17,
            "size": 12,
            "things": 9,
            "members": [{"id": "register/person/1042", "caption": "Ada Holm", "source": "register", "type": "Person", "there": True}],
        }
    ],
    "total": 433,
    "next": 1,
}
_LINK: dict[str, Any] = {
    "id": "register/DIRECTOR_OF/5f3c",
    "source": "register",
    "type": "DIRECTOR_OF",
    "label": "director of",
    "from": "register/person/1042",
    "to": "register/company/7",
    "sentence": "Ada Holm is a director of Holm Shipping, from 2019-05.",
    "valid_from": "2019-05",
    "valid_to": None,
    "properties": {},
    "records": ["register/record/officers/1042@a1b2c3d4e5f6"],
}
COMMUNITY: dict[str, Any] = {
    "run": _RUN,
    "community": {"id": "communities-17", "size": 12, "entities": 14, "things": 9},
    "members": [
        {"id": "register/person/1042", "pagerank": 1.21, "betweenness": 480.5, "articulation_points": 1.0, "inside": 1, "why": [_LINK]}
    ],
    "gone": 0,
    "next": 1,
    "entities": {
        "register/person/1042": {
            "id": "register/person/1042",
            "caption": "Ada Holm",
            "type_label": "person",
            "source_title": "Company register",
        }
    },
    "records": {
        "register/record/officers/1042@a1b2c3d4e5f6": {
            "id": "register/record/officers/1042@a1b2c3d4e5f6",
            "file": "officers-2024-06-30.csv",
            "line": 54,
        }
    },
    "seq": 12,
}
CHANGES: dict[str, Any] = {
    "run": _RUN,
    "since": "run_20261123_k2m9x7",
    "only_method": False,
    "changes": [
        {
            "kind": "grew",
            "before": ["communities-17"],
            "after": ["communities-17"],
            "entities": [{"id": "register/person/1042", "caption": "Ada Holm", "source": "register", "type": "Person", "there": True}],
            "because": "records",
            "minimal": True,
            "sentence": "communities-17 grew by 1: Ada Holm.",
            "why": "Without this one it would not have happened.",
            "causes": [
                {
                    "id": _LINK["id"],
                    "type": "DIRECTOR_OF",
                    "from": _LINK["from"],
                    "to": _LINK["to"],
                    "change": "came",
                    "sentence": _LINK["sentence"],
                    "load": "register/load/20261123T120000-301d20",
                    "run": None,
                    "records": _LINK["records"],
                    "correction": False,
                }
            ],
        }
    ],
    "total": 1,
    "next": None,
}
