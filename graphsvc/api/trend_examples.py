"""Examples of answers about trends and anomalies, for the OpenAPI document. Imports nothing of graphsvc."""

from __future__ import annotations

from typing import Any

_RUN: dict[str, Any] = {
    "id": "run_20261124_x7k2m9",
    "job": "months",
    "started_at": "2026-11-24T02:30:00.412Z",
    "finished_at": "2026-11-24T02:30:09.101Z",
    "projection_sha256": "9dfce6c5...",
    "seq": 41,
    "compartments": ["bills", "register"],
}
_LINK: dict[str, Any] = {
    "id": "register/REGISTERED_AT/5f3c",
    "type": "REGISTERED_AT",
    "from": "register/company/7",
    "to": "register/address/quay4",
    "sentence": "Holm Shipping is registered at Quay 4, Bergen, from 2024-03-11.",
    "records": ["register/record/companies/7@a1b2c3d4e5f6"],
}
_RECORDS: dict[str, Any] = {
    "register/record/companies/7@a1b2c3d4e5f6": {
        "id": "register/record/companies/7@a1b2c3d4e5f6",
        "source": "register",
        "file": "companies-2024-03-31.csv",
        "line": 54,
    }
}
_SERIES: dict[str, Any] = {
    "id": "0a5f3c77d1b2",
    "of": "links",
    "source": "register",
    "type": "REGISTERED_AT",
    "table": None,
    "place": "BERGEN",
    "label": "registered at",
    "counts": {"2024-01": 3, "2024-02": 5, "2024-03": 17},
}
TRENDS: dict[str, Any] = {"run": _RUN, "series": [_SERIES], "total": 1, "next": None}
POINT: dict[str, Any] = {
    "run": _RUN,
    "series": _SERIES,
    "month": "2024-03",
    "counted": 17,
    "total": 17,
    "links": [_LINK],
    "records": _RECORDS,
    "next": 1,
}
_ANOMALY: dict[str, Any] = {
    "id": "months-5d0c9b7712aa",
    "kind": "many_at_once",
    "month": "2024-03",
    "about": {"type": "REGISTERED_AT", "entity": "register/address/quay4"},
    "numbers": {"now": 12, "months": 24, "median": 0.0, "expected": 0.0, "mad": 0.0, "off": 5.82, "season": None},
    "total": 12,
    "new": True,
    "first_run": _RUN["id"],
    "sentence": "12 companies were registered at Quay 4, Bergen in March 2024; the median of the 24 months before is 0.",
    "entities": [{"id": "register/address/quay4", "caption": "Quay 4, Bergen", "source": "register", "type": "Address", "there": True}],
}
ANOMALIES: dict[str, Any] = {"run": _RUN, "not_looked_for": {}, "anomalies": [_ANOMALY], "total": 1, "next": None}
ANOMALY: dict[str, Any] = {
    "run": _RUN,
    "anomaly": _ANOMALY,
    "parameters": {"together": 8, "history": 24, "deviations": 6.0},
    "links": [_LINK],
    "gone": 0,
    "kept": 12,
    "records": _RECORDS,
    "next": 1,
}
