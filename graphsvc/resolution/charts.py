"""A decision as a waterfall: how each comparison moves the odds from those of two at random to what was decided. SVG, and a page.

No script and no network: the same bytes for the same answer. What sources wrote is escaped, and marks that hide or reorder text are left
out. Imports graph (content folders) and export.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Mapping, Sequence
from string import Template
from typing import Any

from graphsvc.export.page_model import INVISIBLE
from graphsvc.graph.content import content
from graphsvc.resolution.explain import words_of

_WIDTH, _ROW, _TOP = 960, 30, 34
_LABEL, _BARS, _BITS = 330, 520, 70  # px: what was compared, the bars, the figure beside each
_LETTERS = 46  # of a label, what fits
_FOR, _AGAINST, _SUM = "#1b7f5c", "#b3432b", "#0b4f8a"


def waterfall(decision: Mapping[str, Any]) -> str | None:
    """The SVG of a decision as `why` tells it; None for one that nothing was weighed for (a rule's, a person's)."""
    compared = decision["evidence"].get("comparisons")
    if not compared:
        return None
    steps = sorted(compared, key=lambda one: (one["name"] != "chance", -abs(one["bits"]), one["name"]))
    total = float(sum(one["bits"] for one in steps))
    needed = decision["evidence"].get("thresholds", {}).get("same")
    running, ends = 0.0, [0.0, total, *([needed] if needed is not None else [])]
    for one in steps:
        running += one["bits"]
        ends.append(running)
    left, right = min(ends), max(ends)
    scale = _BARS / max(right - left, 1e-9)
    rows = [(*_label(one), one["bits"]) for one in steps]
    height = _TOP + _ROW * (len(rows) + 1) + 34

    def x(bits: float) -> float:
        return float(_LABEL + (bits - left) * scale)

    parts = [_rule(x(0), height, "0 bits", "#8a94a3")]
    if needed is not None:
        parts.append(_rule(x(needed), height, f"the same from {needed:+.1f} on", "#8a5a00"))
    running = 0.0
    for number, (label, title, bits) in enumerate(rows):
        parts.append(_bar(number, label, title, x(running), x(running + bits), bits, _FOR if bits >= 0 else _AGAINST))
        running += bits
    parts.append(_bar(len(rows), "together", "the sum of all", x(0), x(total), total, _SUM))
    said = _plain("; ".join(decision["sentences"]))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" role="img" '
        f'font-family="system-ui, DejaVu Sans, Arial, sans-serif" font-size="13"><title>{html.escape(said)}</title>'
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>{"".join(parts)}</svg>'
    )


def chart(answer: Mapping[str, Any]) -> str:
    """The SVG of the first decision on two that was weighed, those in force before others; one that says so where none was."""
    found = (svg for decision in answer["decisions"] if (svg := waterfall(decision)) is not None)
    return next(found, None) or (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} 60" width="{_WIDTH}" height="60" role="img" font-size="14" '
        f'font-family="system-ui, DejaVu Sans, Arial, sans-serif"><title>{_text(answer["a"])}, {_text(answer["b"])}</title>'
        '<text x="20" y="36">Nothing was weighed of these two.</text></svg>'
    )


def why_page(answer: Mapping[str, Any]) -> str:
    """What `why` tells of two entities, as one page."""
    folder = content("viz")
    style = (folder / "why.css").read_text(encoding="utf-8")
    hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    sides = [answer["entities"][answer[end]] for end in ("a", "b")]
    return Template((folder / "why.html").read_text(encoding="utf-8")).substitute(
        policy=f"default-src 'none'; style-src 'sha256-{hashed}'; img-src data:; base-uri 'none'; form-action 'none'",
        style=style,
        a=_text(sides[0]["caption"]),
        b=_text(sides[1]["caption"]),
        sides=_sides(sides),
        judgements="".join(_judgement(one) for one in answer["judgements"]),
        decisions="".join(_decision(one, [answer["entities"][one[end]] for end in ("a", "b")]) for one in answer["decisions"])
        or "<p>Nothing is decided of these two.</p>",
    )


def _label(comparison: Mapping[str, Any]) -> tuple[str, str]:
    if comparison["name"] == "chance":
        return "two at random", "how often two taken at random are one"
    words = words_of(comparison["name"], comparison["level"])
    told = " / ".join(dict.fromkeys(filter(None, (comparison["a"], comparison["b"]))))
    return words, f"{words}: {told}" if told else words


def _bar(number: int, label: str, title: str, start: float, end: float, bits: float, colour: str) -> str:
    y = _TOP + number * _ROW
    short = label if len(label) <= _LETTERS else label[: _LETTERS - 1] + "\u2026"
    left, width = min(start, end), max(abs(end - start), 1.0)
    return (
        f"<g><title>{_text(title)}</title>"
        f'<text x="{_LABEL - 10}" y="{y + 16}" text-anchor="end" fill="#1c2430">{_text(short)}</text>'
        f'<rect x="{left:.1f}" y="{y + 3}" width="{width:.1f}" height="{_ROW - 12}" rx="2" fill="{colour}"/>'
        f'<text x="{_WIDTH - 8}" y="{y + 16}" text-anchor="end" fill="{colour}" font-weight="600">{bits:+.1f}</text></g>'
    )


def _rule(x: float, height: int, label: str, colour: str) -> str:
    anchor = "end" if x > _LABEL + _BARS * 0.8 else "start"
    return (
        f'<line x1="{x:.1f}" y1="{_TOP - 8}" x2="{x:.1f}" y2="{height - 22}" stroke="{colour}" stroke-dasharray="3 3"/>'
        f'<text x="{x:.1f}" y="{(_TOP - 14) if label != "0 bits" else height - 8}" text-anchor="{anchor}" font-size="12" '
        f'fill="{colour}">{label}</text>'
    )


def _sides(sides: Sequence[Mapping[str, Any]]) -> str:
    names = sorted({name for side in sides for name in side["properties"]})
    head = "".join(f"<th>{_text(side['caption'])}<br><span class=code>{_text(side['id'])}</span></th>" for side in sides)
    rows = "".join(f"<tr><th>{_text(name)}</th>{''.join(_cell(side['properties'].get(name)) for side in sides)}</tr>" for name in names)
    return f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _judgement(one: Mapping[str, Any]) -> str:
    said = "the same" if one["verdict"] == "same" else "never the same"
    state = "" if one["in_force"] else " (ended)"
    return f"<p class=notice>{_text(one['by'])} judged{state}: {said}, because: {_text(one['reason'])}</p>"


def _decision(decision: Mapping[str, Any], sides: Sequence[Mapping[str, Any]]) -> str:
    state = "" if decision["in_force"] else ", ended"
    said = {"SAME_AS": "The same", "POSSIBLY_SAME": "Possibly the same"}[decision["type"]]
    chart = waterfall(decision)
    sentences = "".join(f"<li>{_text(sentence)}</li>" for sentence in decision["sentences"])
    compared = "".join(
        f"<tr><th>{_text(_label(one)[0])}</th>{_cell(one['a'])}{_cell(one['b'])}<td class=bits>{one['bits']:+.1f}</td></tr>"
        for one in decision["evidence"].get("comparisons", ())
    )
    heads = "".join(f"<th>{_text(side['caption'])}</th>" for side in sides)
    facts = [("decided by", f"{decision['decided_by']}, {decision['decided_at']}"), ("model", decision["model"]), ("id", decision["id"])]
    told = "".join(f"<dt>{name}</dt><dd class=code>{_text(value)}</dd>" for name, value in facts if value)
    rests = "".join(f"<li class=code>{_text(record)}</li>" for record in decision["records"])
    return (
        f"<section><h2>{said}{state}</h2>{chart or ''}<ul>{sentences}</ul>"
        + (f"<table><thead><tr><th>compared</th>{heads}<th>bits</th></tr></thead><tbody>{compared}</tbody></table>" if compared else "")
        + f"<dl>{told}</dl>"
        + (f"<details><summary>Rests on {len(decision['records'])} records</summary><ul>{rests}</ul></details>" if rests else "")
        + "</section>"
    )


def _cell(value: Any) -> str:
    told = "" if value is None else "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"<td>{_text(told)}</td>"


def _plain(text: Any) -> str:
    return INVISIBLE.sub("", str(text)).encode("utf-8", "replace").decode()


def _text(text: Any) -> str:
    return html.escape(_plain(text))
