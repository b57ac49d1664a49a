"""Values as people read them: dates as exact as they are known, money with its currency, sentences of links.

Pure functions over the ontology; the values come from the graph as they are stored.
"""

from __future__ import annotations

import re
from typing import Any

from graphsvc.graph.ontology import Ontology, Property
from graphsvc.loading.money import MINOR_UNITS

# What graphsvc itself keeps on entities and links; the rest are properties of the source.
OWN = frozenset(
    """id source compartment type caption stub records ident seq_from seq_to seq_history
    valid_from valid_to valid_from_min valid_from_max valid_to_min valid_to_max""".split()  # noqa: SIM905 (one list reads better as words)
)
_COMPANIONS = ("_currency", "_exact", "_offset", "_min", "_max")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::(\d\d)(\.\d+)?)?Z")


def money(minor: int, currency: str | None) -> str:
    """Minor units as an amount: `544,595.79 EUR`; XXX is ISO's code for no currency."""
    places = MINOR_UNITS.get(currency or "", 2)
    sign, whole = ("-" if minor < 0 else ""), abs(minor)
    amount = f"{whole // 10**places:,}" + (f".{whole % 10**places:0{places}}" if places else "")
    return f"{sign}{amount} {currency}" if currency and currency != "XXX" else f"{sign}{amount}"


def moment(text: str, *, joiner: str = " ") -> str:
    """A stored date or time: `2019`, `2019-05`, `2020-06-29 02:33 UTC` (seconds only when there are any)."""
    match = _TIME.fullmatch(text)
    if not match:
        return text
    day, minutes, seconds, fraction = match.groups()
    exact = f"{minutes}:{seconds}" if seconds and (seconds != "00" or (fraction or "").strip(".0")) else minutes
    exact += fraction if fraction and fraction.strip(".0") else ""
    return f"{day}{joiner}{exact} UTC"


def plain(value: Any) -> Any:
    """A stored value as JSON can carry it: points as [longitude, latitude]."""
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    if isinstance(value, tuple):
        return [float(part) for part in value]
    if isinstance(value, list):
        return [plain(part) for part in value]
    return str(value)


def properties(declared: dict[str, Property], stored: dict[str, Any]) -> dict[str, str]:
    """The source's own properties for people, sorted by name; companions (currency, offset) are told with their property."""
    told: dict[str, str] = {}
    for name in sorted(stored):
        companion = any(name.endswith(end) and name[: -len(end)] in stored for end in _COMPANIONS)
        if name not in OWN and not companion and stored[name] is not None:
            told[name] = _told(declared.get(name), name, stored)
    return told


def _told(declared: Property | None, name: str, stored: dict[str, Any]) -> str:
    value, kind = stored[name], declared.type if declared else "text"
    if isinstance(value, list):
        return "; ".join(_told(declared, name, {name: part}) for part in value)
    if kind == "money" and isinstance(value, int):
        if exact := stored.get(f"{name}_exact"):
            currency = stored.get(f"{name}_currency")
            return f"{exact} {currency}" if currency and currency != "XXX" else str(exact)
        return money(value, stored.get(f"{name}_currency"))
    if kind in ("date", "datetime"):
        offset = stored.get(f"{name}_offset")
        given = f" (given at {offset})" if offset and offset not in ("Z", "+00:00") else ""
        return moment(str(value)) + given
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple) and len(value) == 2:
        return f"{value[1]:.6f}, {value[0]:.6f} (latitude, longitude)"
    if isinstance(value, float):
        return f"{value:,.10g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def sentence(ontology: Ontology, link: str, stored: dict[str, Any], from_caption: str, to_caption: str) -> str:
    """What a link says, its stored start first: `A is a director of B (secretary), from 2019-05 until 2021.`"""
    declared = ontology.links.get(link)
    pattern = declared.sentence if declared else "{from} is linked to {to}"
    ends = {"from": from_caption, "to": to_caption}
    text = re.sub(r"\{(from|to)\}", lambda match: ends[match[1]], pattern)
    role = stored.get("role")
    text += f" ({'; '.join(role) if isinstance(role, list) else role})" if role else ""
    parts = [_when(stored, event=bool(declared and declared.kind == "event")), _share(stored)]
    if declared:
        parts += [_told(p, name, stored) for name, p in declared.properties.items() if p.type == "money" and stored.get(name) is not None]
    return ", ".join([text, *(part for part in parts if part)]) + "."


def _when(stored: dict[str, Any], *, event: bool) -> str:
    start, end = stored.get("valid_from"), stored.get("valid_to")
    at = stored.get("at") or (start if event else None)
    if at:
        return f"on {moment(str(at), joiner=' at ')}"
    first = f"from {moment(str(start))}" if start else ""
    last = f"until {moment(str(end))}" if end else ""
    return " ".join(part for part in (first, last) if part)


def _share(stored: dict[str, Any]) -> str:
    exact, low, high = (stored.get(name) for name in ("percent", "percentMin", "percentMax"))
    if exact is not None:
        return f"{exact:g} %"
    if low is not None and high is not None:
        return f"{low:g} %" if low == high else f"{low:g} to {high:g} %"
    return f"at least {low:g} %" if low is not None else f"at most {high:g} %" if high is not None else ""
