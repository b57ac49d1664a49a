"""Answers printed for people: tables on a terminal, plain lines when the output goes elsewhere.

Everything that a source or a user wrote goes through `safe` and `Text`: no markup, no terminal control.
"""

from __future__ import annotations

import sys
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from graphsvc.cli.console import safe
from graphsvc.cli.lines import Lines
from graphsvc.errors import Ambiguous
from graphsvc.screening.columns import FIELDS


def _console(*, stderr: bool = False) -> Console:
    # A pipe has no width: lines must not be folded in the middle of an id.
    tty = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, highlight=False, soft_wrap=not tty)


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(safe(text), style=style), soft_wrap=not console.is_terminal)


def print_hits(hits: list[dict[str, Any]], limit: int) -> None:
    console = _console()
    if not hits:
        _line(console, "Nothing in view fits that text.")
        return
    _hits(console, hits)
    if len(hits) >= limit:
        _line(console, f"The first {limit} are shown; there may be more (--limit).", "dim")


def print_found(answer: dict[str, Any]) -> None:
    print_hits(answer["hits"], answer["limit"])


def print_pointers(answer: dict[str, Any]) -> None:
    console = _console()
    for pointer in answer["pointers"]:
        _line(console, f"{pointer['source_title']} ({pointer['holder']}) holds a record and shows nothing of it. Ask: {pointer['contact']}")
    if not answer["pointers"]:
        _line(console, "No source that may be pointed at holds a record of exactly that.")


def print_sightings(answer: dict[str, Any]) -> None:
    console = _console()
    if not answer["sightings"]:
        _line(console, "No sighting in view and within retention of exactly that vehicle.")
    for one in answer["sightings"]:
        vehicle = one["vehicle"]["number"] or one["vehicle"]["plate_hash"]
        offset = f" (given at {one['offset']})" if one["offset"] else ""
        _line(console, f"{one['at']}{offset}  {vehicle} {one['vehicle']['jurisdiction'] or ''}: {one['status']}", "bold")
        place = one["address"] or "no address given"
        point = f", {one['location'][1]:.6f} {one['location'][0]:.6f} (lat, lon)" if one["location"] else ", no coordinates given"
        _line(console, f"  {place}{point}")
        _line(console, f"  device {one['device'] or 'not named'}, confidence of the read {_told(one['confidence'])}")
        _line(console, f"  photographs: overview {_told(one['photos']['overview'])}, plate {_told(one['photos']['plate'])}")
        for record in one["records"]:
            _line(console, f"  {_record(record)}")
        _line(console, f"  id {one['id']}")
    if answer["note"]:
        _line(console, answer["note"], "yellow")
    if answer["next"]:
        _line(console, f"There are earlier ones: --before '{answer['next']}'", "yellow")


def print_verification(answer: dict[str, Any]) -> None:
    _line(_console(), f"Stated: {answer['decision']}, by {answer['decided_by']} at {answer['decided_at']}.")


_MOST_CONTRADICTIONS = 20  # what fits a screen


def print_run(answer: dict[str, Any]) -> None:
    console = _console()
    _line(console, f"Run {answer['id']} on {', '.join(answer['compartments'])}", "bold")
    if answer["since"] and not answer["entities"]:
        _line(console, f"  Nothing in view has changed since {answer['since']}.")
        return
    _line(console, f"  {answer['entities']:,} entities: {answer['same']:,} pairs the same, {answer['possible']:,} possibly the same")
    _line(console, f"  {answer['added']:,} decisions written, {answer['retired']:,} ended")
    for sentence in answer["contradictions"][:_MOST_CONTRADICTIONS]:
        _line(console, f"  held back: {sentence}")
    if len(answer["contradictions"]) > _MOST_CONTRADICTIONS:
        _line(console, f"  and {len(answer['contradictions']) - _MOST_CONTRADICTIONS:,} more contradictions (--json lists all)")


def print_runs(answer: dict[str, Any]) -> None:
    console = _console()
    if not answer["runs"]:
        _line(console, "No run of resolution on sources that are all in view.")
    for one in answer["runs"]:
        counts = (
            f"{one.get('same', 0):,} same, {one.get('possible', 0):,} possible, {len(one.get('contradictions') or []):,} contradictions"
        )
        _line(console, f"{one['id']}  {one['status']}, by {one['by']}: {counts}")


def print_undone(answer: dict[str, Any]) -> None:
    _line(_console(), f"Undone: {answer['retired']:,} decisions ended, {answer['added']:,} hold again.")


def print_judgement(answer: dict[str, Any]) -> None:
    words = {"same": "are the same", "never": "are never the same"}[answer["verdict"]]
    state = f"taken back by {answer['taken_back_by']}" if answer.get("taken_back_by") else f"judged by {answer['by']}"
    _line(_console(), f"{answer['a']} and {answer['b']} {words}: {state} ({answer['id']}).")


def print_candidates(answer: dict[str, Any]) -> None:
    console = _console()
    for one in answer["candidates"]:
        _line(console, f"{one['a']['caption']} ({one['a']['id']}) and {one['b']['caption']} ({one['b']['id']})", "bold")
        _line(console, f"  {'; '.join(one['sentences'])}")
    _line(console, f"{answer['total']:,} pairs are possibly the same and not judged.")


def print_pair(pair: dict[str, Any], number: int, of: int) -> None:
    console = _console()
    table = Table("", pair["a"]["id"], pair["b"]["id"], title=f"{number} of {of}")
    for name in sorted({*pair["a"]["properties"], *pair["b"]["properties"]}):
        sides = [pair[side]["properties"].get(name) for side in ("a", "b")]
        told = ["" if value is None else "; ".join(map(str, value)) if isinstance(value, list) else str(value) for value in sides]
        table.add_row(name, *(Text(safe(text)) for text in told))
    console.print(table)
    for sentence in pair["sentences"]:
        _line(console, f"  {sentence}")


def print_why(answer: dict[str, Any]) -> None:
    console = _console()
    for one in answer["judgements"]:
        words = "the same" if one["verdict"] == "same" else "never the same"
        state = "" if one["in_force"] else " (ended)"
        _line(console, f"{one['by']} judged{state}: {words}, because: {one['reason']}  {one['id']}", "bold")
    if not answer["decisions"] and not answer["judgements"]:
        _line(console, "Nothing is decided of these two.")
    for one in answer["decisions"]:
        state = "in force" if one["in_force"] else "ended"
        score = "" if one["score"] is None else f", probability {one['score']:.4f}"
        _line(console, f"{one['type']} ({state}), {one['method']} by {one['decided_by']}{score}", "bold")
        for sentence in one["sentences"]:
            _line(console, f"  {sentence}")
        _line(console, f"  id {one['id']}")


def print_why_not(answer: dict[str, Any]) -> None:
    console = _console()
    a, b = (answer["entities"][answer[end]]["caption"] for end in ("a", "b"))
    _line(console, f"{a} and {b} are {'' if answer['same'] else 'not '}stated to be the same.", "bold")
    for reason in answer["reasons"]:
        _line(console, f"  {reason}")
    if answer["same"]:
        _line(console, "  `graphsvc why` tells on what ground.")
    if answer["weighed"]:
        _line(console, "As they are told now:")
    for sentence in answer["weighed"]:
        _line(console, f"  {sentence}")


def print_how(answer: dict[str, Any]) -> None:
    console = _console()
    members = {member["id"]: member for member in answer["members"]}
    count = f"{len(members)} entities" if answer["complete"] else f"more than {len(members)} entities, of which these are the nearest"
    _line(console, f"{members[answer['entity']]['caption']}: {count}" if len(members) > 1 else "Nothing in view is the same as it.", "bold")
    for member in members.values():
        _line(console, f"  {member['caption']} ({member['source']})  [{member['id']}]")
    if answer["steps"]:
        _line(console, f"Joined by {answer['decisions']} decisions; these suffice, the strongest first:", "bold")
    for number, step in enumerate(answer["steps"], 1):
        _line(console, f"  {number}. [{step['a']}] and [{step['b']}]")
        for sentence in step["sentences"]:
            _line(console, f"       {sentence}")
    for sentence in answer["contradictions"]:
        _line(console, f"Contradiction: {sentence}", "yellow")


def _told(value: Any) -> str:
    return "not given" if value is None else str(value)


def print_entry(entry: int, sha256: str) -> None:
    """Which entry of the log proves the answer that was printed."""
    _line(_console(), f"Entry {entry} of the audit log; SHA-256 of the answer {sha256[:16]}...", "dim")


def print_ambiguous(error: Ambiguous) -> None:
    console = _console(stderr=True)
    _line(console, error.message, "bold")
    _hits(console, error.candidates)
    if error.hint:
        _line(console, error.hint)


def _hits(console: Console, hits: list[dict[str, Any]]) -> None:
    if not console.is_terminal:
        for hit in hits:
            parts = [hit["id"], hit["type_label"], hit["caption"], hit["source_title"], *_telling(hit)]
            _line(console, " | ".join(parts))
        return
    table = Table(show_lines=True)
    for title in ("Entity", "Type", "Source", "What tells it apart", "Id"):
        table.add_column(title, overflow="fold")
    for hit in hits:
        told = "\n".join(_telling(hit))
        table.add_row(*(Text(safe(t)) for t in (hit["caption"], hit["type_label"], hit["source_title"], told, hit["id"])))
    console.print(table)


def _telling(hit: dict[str, Any]) -> list[str]:
    told = [f"{name}: {value}" for name, value in hit["telling"].items()]
    told += [f"{other['link']}: {other['caption']}" for other in hit["linked"]]
    told.append(f"{'more than ' if hit['links_more'] else ''}{_counted(hit['links'], 'link')}")
    return [*told, "only referred to, its own row is missing"] if hit["stub"] else told


def print_entity(answer: dict[str, Any]) -> None:
    console, entity = _console(), answer["entity"]
    _line(console, f"{entity['caption']} ({entity['type_label']}, {entity['source_title']})", "bold")
    _line(console, f"  id: {entity['id']}")
    if entity["stub"]:
        _line(console, "  only referred to: its own row is missing")
    for name, value in entity["properties"].items():
        _line(console, f"  {name}: {value}")
    for group in answer["links"]:
        shown = len(group["links"])
        more = f", the first {shown}" if shown < group["count"] else ""
        _line(console, f"{group['label']}{'' if group['outgoing'] else ' (of this one)'}: {group['count']}{more}", "bold")
        for link in group["links"]:
            _line(console, f"  {link['sentence']}  [{link['other']['id']}]")
    if answer["same_as"]:
        _line(console, f"the same as: {answer['same_as_count']}", "bold")
        for same in answer["same_as"]:
            _line(console, f"  {same['other']['caption']} ({same['other']['source_title']}), {same['method']}  [{same['other']['id']}]")
    if answer["records"]:
        _line(console, "records", "bold")
        for record in answer["records"]:
            _line(console, f"  {_record(record)}")
    _known(console, answer["known"])


def _known(console: Console, known: dict[str, Any] | None) -> None:
    """As of when an answer was known, where that is not now."""
    if known is not None:
        for note in known["notes"]:
            _line(console, note, "yellow")


def print_paths(answer: dict[str, Any]) -> None:
    console = _console()
    a, b = (answer["entities"][answer["question"][end]] for end in ("from", "to"))
    names = f"{a['caption']} ({a['source_title']}) and {b['caption']} ({b['source_title']})"
    if answer["paths"]:
        _line(console, f"{_counted(len(answer['paths']), 'lead')} between {names}", "bold")
    elif answer["complete"]:
        _line(console, f"No path between {names}.", "bold")
    else:
        _line(console, f"No path was found between {names}; the search was cut short.", "bold")
    for number, path in enumerate(answer["paths"], 1):
        _line(console, "")
        _line(console, f"{number}. {_about(path)}", "bold")
        for step, hop in enumerate(path["hops"], 1):
            _hop(console, f"{number}.{step}", hop, answer["records"])
        _variants(console, path["variants"], answer["entities"])
    _line(console, "")
    lines = Lines()
    lines.hubs(answer)
    lines.known(answer)
    lines.searched(answer)
    for cut in answer["cut_text"]:
        _line(console, cut, "yellow")


def _about(path: dict[str, Any]) -> str:
    crossed = f", {path['crossings']} same-as" if path["crossings"] else ""
    time = "when is not known" if path["time"] == "unknown" else f"{path['time']} in time"
    return f"{_counted(path['length'], 'link')}{crossed}, cost {path['cost']:.2f}, {time}, sources: {', '.join(path['sources'])}"


def _variants(console: Console, variants: dict[str, Any], entities: dict[str, Any]) -> None:
    """Paths that share all but one inner thing with a lead: how many, and by what some of them go."""
    if variants["n"]:
        go = "goes" if variants["n"] == 1 else "go"
        _line(console, f"  and {_counted(variants['n'], 'variant')} of it that {go} by another thing in one place:")
    for path in variants["paths"]:
        _line(console, f"      {' - '.join(entities[node]['caption'] for node in path['nodes'])} (cost {path['cost']:.2f})")


def _cost(cost: dict[str, Any]) -> str:
    parts = [
        f"{name} {cost[key]:.2f}{of}"
        for name, key, of in (
            ("link", "link", ""),
            ("type", "type", ""),
            ("told by few", "evidence", f" ({cost['records']} records)" if cost["records"] != 1 else " (1 record)"),
            ("possibly the same", "possible", ""),
            ("not at the same time", "time", ""),
            ("through one", "through", f" of {cost['degree']:,} neighbours" if cost["degree"] is not None else ""),
        )
        if cost[key]
    ]
    return f"cost {cost['total']:.2f}: {', '.join(parts) or 'nothing'}"


def _hop(console: Console, number: str, hop: dict[str, Any], records: dict[str, Any]) -> None:
    _line(console, f"  {number} {hop['sentence']}")
    if hop["cost"] is not None:
        _line(console, f"      {_cost(hop['cost'])}", "dim")
    if more := hop["also"]["n"]:
        ids = ", ".join(hop["also"]["ids"][:3])
        _line(console, f"      and {more} more between the two: {ids}{' ...' if more > 3 else ''}")
    if hop["evidence"]:
        told = hop["evidence"].get("sentences") or [f"{name}: {value}" for name, value in hop["evidence"].items()]
        _line(console, "      evidence: " + "; ".join(told))
    for id in hop["records"]:
        _line(console, f"      {_record(records[id])}")


def print_record(answer: dict[str, Any]) -> None:
    console = _console()
    _line(console, answer["id"], "bold")
    _line(console, f"  {answer['file'] or 'file not known'}:{answer['line']}, version {answer['version']}, load {answer['load']}")
    if not answer["withheld"]:
        _line(console, f"  sha256 {answer['sha256']} (checked again: matches)")
    if not answer["in_force"]:
        _line(console, "  not in force any more: a later version replaced it, or it was gone from a full load")
    if answer["expires_at"]:
        _line(console, f"  kept until {answer['expires_at']}")
    if answer["withheld"]:
        _line(console, answer["withheld"], "yellow")
        return
    _line(console, f"The row as given ({answer['raw_encoding']}):", "bold")
    _line(console, answer["raw"])


def _record(record: dict[str, Any]) -> str:
    return f"record {record['id']} ({record['file'] or 'file not known'}:{record['line']})"


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def print_matches(answer: dict[str, Any]) -> None:
    console = _console()
    for row in answer["rows"]:
        asked = ", ".join(value for field in FIELDS for value in row["asked"].get(field, ()))
        place = f" (line {row['line']})" if row["line"] else ""
        _line(console, f"{row['row']}{place}: {asked or 'nothing'}", "bold")
        for problem in row["problems"]:
            _line(console, f"  {problem}", "yellow")
        for one in row["candidates"]:
            bits = "" if one["bits"] is None else f", {one['bits']:+.1f} bits"
            words = {"same": "the same", "possible": "possibly the same", "namesake": "of the same name"}[one["verdict"]]
            _line(console, f"  {words}: {one['caption']} ({one['type']}, {one['source_title']}){bits}  {one['id']}")
            _line(console, f"    {'; '.join(one['sentences'])}")
        _line(console, f"  {_compared(row)}", "dim")
    sums = {"same": "the same", "possible": "possibly the same", "namesake": "of the same name alone", None: "without a candidate"}
    told = ", ".join(f"{sum(row['verdict'] == verdict for row in answer['rows']):,} {word}" for verdict, word in sums.items())
    _line(console, f"{_counted(len(answer['rows']), 'row')}: {told}.", "bold")


def _compared(row: dict[str, Any]) -> str:
    """What was looked at for a row of a list, and what was not shown."""
    if not row["answered"]:
        return "not looked up"
    told = [f"compared with {row['compared']:,}"]
    if row["more"]:
        told.append(f"{row['more']:,} more candidates (--limit)")
    return "; ".join([*told, *row["cut"]])
