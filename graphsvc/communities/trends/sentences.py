"""Anomalies in sentences, in the wording of records: what they say and since when, of anybody's conduct nothing. Pure; imports words.

Names come from what was read of the graph for whoever asks, as they are now.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphsvc.communities.trends.months import spoken
from graphsvc.graph.ontology import load_ontology

_NAMED = 6
_PLURALS = {"LegalEntity": "persons or organisations", "Company": "companies", "Person": "persons", "Organization": "organisations"}
# What is said of several that came to one thing; of other types their label is quoted.
_VERBS = {
    "REGISTERED_AT": "were registered at",
    "LIVES_AT": "were newly recorded as living at",
    "HAS_ADDRESS": "were newly recorded with the address",
    "SUPPLIED_AT": "were newly billed for supply at",
    "HAS_PHONE": "were newly recorded with the phone number",
    "HAS_EMAIL": "were newly recorded with the e-mail address",
    "HAS_ACCOUNT": "were newly recorded with the account",
    "PAYS_FROM": "were newly recorded as paying from the account",
    "HAS_IDENTIFIER": "were newly recorded with the identifier",
}
Names = Mapping[str, Mapping[str, Any]]


def sentence(told: Mapping[str, Any], names: Names, titles: Mapping[str, str]) -> str:
    """What one anomaly says. `names`: of entities in view by id; `titles`: of sources."""
    month, about, numbers = spoken(told["month"]), told["about"], told["numbers"]
    kind = told["kind"]
    if kind in ("more_than_before", "fewer_than_before"):
        return f"{_of_links(about, titles)}: {numbers['now']:,} in {month}; {before(numbers)}."
    if kind in ("source_silent", "source_doubled"):
        how = "no row" if kind == "source_silent" else f"{numbers['now']:,} rows"
        return f"{titles.get(about['source'], about['source'])} (table {about['table']}) told {how} as of {month}; {before(numbers)}."
    if kind == "many_at_once":
        verb = _VERBS.get(about["type"], f"were newly linked ({_label(about['type'])}) with")
        return f"{numbers['now']:,} {_who(numbers['types'])} {verb} {_name(about['entity'], names)} in {month}; {before(numbers)}."
    if kind == "new_hub":
        return (
            f"{_name(about['entity'], names)} was linked with {numbers['before']:,} others before {month}, and with {numbers['now']:,} "
            f"after it: {numbers['came']:,} came in that month."
        )
    if kind == "new_bridge":
        a, b = numbers["communities"]
        n = told["total"]
        first = "A link joins" if n == 1 else f"{n:,} links join"
        return (
            f"{first} the communities {a} ({numbers['members'][0]:,} members) and {b} ({numbers['members'][1]:,}) from {month} on; "
            f"the records told of none between them before: {_all(told['entities'], names)}."
        )
    if kind == "circular_transfers":
        return (
            f"{numbers['transfers']} transfers, each later than the one before it and of no more than that, lead from "
            f"{_name(told['entities'][0], names)} back to it, the last in {month}: {_all(told['entities'], names)}."
        )
    return (
        f"By {numbers['links']} recorded shareholdings these own shares of each other in a ring, which the records of {month} closed: "
        f"{_all(told['entities'], names)}."
    )


def before(numbers: Mapping[str, Any]) -> str:
    """What the months before were like."""
    text = f"the median of the {numbers['months']} months before is {numbers['median']:,g}"
    if numbers["season"] is not None:
        text += f", times {numbers['season']:g} in this month of the year: {numbers['expected']:,g}"
    return text


def _of_links(about: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    where = f" in {about['place']}" if about.get("place") else ""
    return f"Links `{_label(about['type'])}` of {titles.get(about['source'], about['source'])}{where}"


def _label(type: str) -> str:
    declared = load_ontology().links.get(type)
    return declared.label if declared else type


def _who(types: Mapping[str, int]) -> str:
    if len(types) == 1:
        [type] = types
        declared = load_ontology().entities.get(type)
        return _PLURALS.get(type, f"{declared.label}s" if declared else "entities")
    return "entities"


def _name(id: str, names: Names) -> str:
    return str(names[id]["caption"]) if id in names else "something that is not in view any more"


def _all(ids: list[str], names: Names) -> str:
    told = [str(names[id]["caption"]) for id in ids if id in names]
    more = len(told) - _NAMED
    return ", ".join(told[:_NAMED]) + (f" and {more} more" if more > 0 else "") if told else "nothing that is in view any more"
