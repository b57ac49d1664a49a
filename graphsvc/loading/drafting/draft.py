"""A draft of a loader spec and a policy from one file: what its columns become, each with why. May import the parts beside it.

The draft is checked as every spec is before it is written; its policy permits nothing to anybody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from graphsvc.errors import Conflict, InputError
from graphsvc.graph.ontology import load_ontology
from graphsvc.loading.drafting.guess import Column, column
from graphsvc.loading.drafting.sniff import Written, written
from graphsvc.loading.formats import CsvFormat, JsonlFormat
from graphsvc.loading.paths import compile_path
from graphsvc.loading.preview import preview
from graphsvc.loading.readers import read_rows
from graphsvc.loading.specfile import load_source, parse_spec
from graphsvc.loading.values import text_of

_ROWS = 20_000  # that are looked at: enough to see what repeats
_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})|\d{6,8}")
_ID = re.compile(r"(^|_|(?<=[a-z]))(id|no|nr|number|key|code|hash)$", re.IGNORECASE)
_ADDRESS = {"street": "street", "house_number": "houseNumber", "postcode": "postalCode", "city": "city", "address": "full"}
_NORMALISED = {
    "street": "[collapse, upper]",
    "house_number": "[alnum, upper]",
    "postcode": "[trim]",
    "city": "[collapse, upper]",
    "address": "[collapse]",
    "iban": "[iban]",
    "email": "[email]",
    "plate": "[plate]",
}
_POLICY = """\
# A draft: it permits nothing to anybody. Say under which law the source is held, who may do what with it, and how long
# rows are kept (docs/policies.md), before it is loaded for use.
assessment: {reference: TO-BE-MADE}
legal_basis: to be stated
holders: [to be stated]
retention: {months: 1, from: as_of}
rules: []
"""


@dataclass(frozen=True)
class Draft:
    """A draft as text, with the guesses that it is made of and how many rows were looked at."""

    id: str
    spec: str
    policy: str
    columns: Sequence[Column]
    rows: int


def drafted(path: Path, id: str | None = None) -> Draft:
    """The draft of a spec for this file. Raises InputError for what can't be read, has no rows, or no header."""
    form = written(path)
    rows, names = _looked_at(path, form)
    columns = [_column(name, [row.get(name) for row in rows]) for name in names]
    stem = path.name.partition(".")[0]
    name = id or _identifier(_DATED.sub("", stem))
    text = "\n".join(_Writer(path, name, form, columns, len(rows)).lines()) + "\n"
    parse_spec(text, "source.yaml", load_ontology())
    return Draft(name, text, _POLICY, columns, len(rows))


def write(draft: Draft, folder: Path) -> list[Path]:
    """Write the two files into a folder; returns them. Raises Conflict when one of them is there: nothing is written over."""
    files = {folder / "source.yaml": draft.spec, folder / "policy.yaml": draft.policy}
    for file in files:
        if file.exists():
            raise Conflict(f"{file} is there already.", hint="Nothing is written over. Name another folder with --out.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in files.items():
            with file.open("x", encoding="utf-8") as out:
                out.write(text)
    except OSError as error:
        raise InputError(f"{folder} can't be written to: {error.strerror or error}.", hint="Name another folder with --out.") from error
    return list(files)


def tried(folder: Path, path: Path, rows: int) -> tuple[int, list[str]]:
    """How many of the file's first rows the written draft can map, and of the others why not, by line."""
    _, shown = preview(load_source(folder), path, rows)
    wrong = [f"line {row.line}: {row.error.message}" for row in shown if row.error is not None]
    return len(shown) - len(wrong), wrong


def _looked_at(path: Path, form: Written) -> tuple[list[dict[str, Any]], list[str]]:
    rows = [row.values for row in islice(read_rows(path, form.format), _ROWS) if row.values is not None]
    if not rows:
        what = "a header line, and no row that can be read" if isinstance(form.format, CsvFormat) else "no row that can be read"
        raise InputError(f"{path} has {what}.", hint="Give a file with some rows.")
    names = list(dict.fromkeys(name for row in rows[:1000] for name in row))
    if isinstance(form.format, CsvFormat):
        _require_header(path, names)
    return rows, names


def _require_header(path: Path, names: Sequence[str]) -> None:
    """Raises InputError where the first line looks like a row: with a date, a number or nothing where a name should be."""
    for name in names:
        values = column("", [name])
        if re.fullmatch(r"[+-]?[\d.,:/ -]+|#\d+", name) or values.what in ("iban", "email", "date", "time"):
            raise InputError(
                f"{path} seems to have no header line: its first line holds {name[:40]!r}.",
                hint="Add a line with the names of the columns, or write a spec with `columns: [...]`.",
            )


def _column(name: str, values: Sequence[Any]) -> Column:
    guessed = column(name, [_text(value) for value in values])
    if guessed.what is None and any(isinstance(value, (list, dict)) for value in values):
        return replace(guessed, why="it holds lists or objects, which a draft makes nothing of")
    return guessed


def _text(value: Any) -> str:
    if value is None or isinstance(value, (list, dict)):
        return ""
    return text_of(value)


def _identifier(text: str) -> str:
    """A name as specs have them: lower case, digits, single underscores."""
    made = re.sub(r"_+", "_", re.sub(r"[^a-z0-9]+", "_", text.lower())).strip("_")[:40].strip("_")
    return made if re.fullmatch(r"[a-z](_?[a-z0-9])+", made) else f"source_{made}".strip("_")


class _Writer:
    """Writes the YAML of one draft: text, since what matters are the comments."""

    def __init__(self, path: Path, id: str, form: Written, columns: Sequence[Column], rows: int) -> None:
        self._path, self._id, self._form, self._columns, self._rows = path, id, form, columns, rows
        # In nested JSON a dot leads further in; such a name can't be meant by itself.
        usable = [one for one in columns if isinstance(form.format, CsvFormat) or _is_path(one.name)]
        self._by: dict[tuple[str, str | None], Column] = {}
        for one in usable:
            if one.what:
                self._by.setdefault((one.what, one.side), one)
        self._usable = usable
        self._used: set[str] = set()
        self._entities: dict[str, list[str]] = {}
        self._links: list[str] = []

    def lines(self) -> Iterator[str]:
        key = self._key()
        self._things(key)
        if not self._entities:
            self._fallback(key)
        stem = self._path.name
        dated = re.search(r"\d{4}-\d{2}-\d{2}", stem)
        yield f"# A draft by `graphsvc source new`, from {self._rows:,} rows of {_one_line(stem)}."
        yield "# Every line of it is a guess: look at each."
        yield f"id: {self._id}"
        yield "title: to be stated"
        yield "publisher: to be stated"
        yield "licence: to be stated"
        if dated:
            yield "as_of: {file_name: '(\\d{4}-\\d{2}-\\d{2})'}   # the day in the file's name"
        else:
            yield "# as_of: no day stands in the file's name; give it with --as-of when loading, or say here where it stands."
        yield "time_zone: UTC   # of times that state no offset"
        if any(_has_na(one) for one in self._columns):
            yield 'null_words: ["", "NA"]'
        yield ""
        yield "tables:"
        yield f"  {_table(self._id)}:"
        yield f"    files: [{json.dumps(_pattern(stem))}]"
        yield from (f"    # {what}: {why}." for what, why in self._form.why.items())
        yield f"    format: {self._format()}"
        yield from key[1]
        yield "    entities:"
        linked = {end for line in self._links for end in re.findall(r"(?:from|to): (\w+)", line)}
        for name, block in self._entities.items():
            yield from block
            if name not in linked and "        properties:" not in block and "        own: true" not in block:
                yield "        own: true   # no link leads to it, and it is kept all the same"
        if self._links:
            yield "    links:"
            yield from self._links
        left = [one for one in self._columns if one.name not in self._used]
        if left:
            yield "    # Not used:"
            yield from (f"    #   {_one_line(one.name)}: {one.why} ({one.unique:.0%} of its values are different)." for one in left)

    def _format(self) -> str:
        form = self._form.format
        if isinstance(form, CsvFormat):
            return f"{{kind: csv, delimiter: {json.dumps(form.delimiter)}, encoding: {form.encoding}}}"
        return f"{{kind: jsonl, encoding: {form.encoding}}}" if isinstance(form, JsonlFormat) else "{kind: parquet}"

    def _key(self) -> tuple[Column | None, list[str]]:
        """The column that tells rows apart, and how that is written."""
        whole = [one for one in self._usable if one.unique == 1.0 and one.filled == 1.0 and self._rows > 1]
        whole = [one for one in whole if one.what in (None, "company_number", "iban", "plate") and one.side is None]
        named = [one for one in whole if _ID.search(one.name)]
        best = (named or [])[:1]
        if best:
            why = f"{best[0].unique:.0%} of its {self._rows:,} values are different"
            return best[0], [f"    key: [{_value(best[0].name)}]   # {why}"]
        close = sorted((one for one in self._usable if _ID.search(one.name)), key=lambda one: -one.unique)[:1]
        told = " none is named like a key"
        if close:
            told = f" the nearest is {_one_line(close[0].name)}, with {close[0].unique:.1%} of those in {close[0].filled:.0%} of the rows"
        return None, [
            f"    # No column has a value in each row, another one each time:{told}. So each row is an event, told apart by its bytes."
        ]

    def _things(self, key: tuple[Column | None, list[str]]) -> None:
        party = self._party(key[0])
        for side in (None, "from", "to"):
            self._account(side, party)
        if ("amount", None) in self._by and {"account_from", "account_to"} <= self._entities.keys():
            self._transfer()
        for what, type, name, prop, link in (
            ("phone", "Phone", "phone", "number", "HAS_PHONE"),
            ("email", "Email", "email", "email", "HAS_EMAIL"),
        ):
            found = self._by.get((what, None))
            if found and party:
                self._attribute(name, type, {prop: found})
                self._links.append(f"      {name}: {{type: {link}, from: {party}, to: {name}}}")
        self._vehicle(party)
        self._address(party)

    def _party(self, key: Column | None) -> str | None:
        """The person or company that a row is about."""
        parts = {what: self._by.get((what, None)) for what in ("given", "surname", "name", "company_name", "company_number", "birth")}
        person = bool(parts["given"] or parts["surname"] or parts["birth"])
        company = bool(parts["company_number"] or parts["company_name"]) and not person
        if not any(parts[what] for what in ("given", "surname", "name", "company_name")):
            return None
        type = "Person" if person else "Company" if company else "LegalEntity"
        name = {"Person": "person", "Company": "company"}.get(type, "party")
        why = {
            "Person": "given name, surname or birth date",
            "Company": "a company's name or number",
            "LegalEntity": "a name, and nothing says of whom",
        }[type]
        by = parts["company_number"] if company and parts["company_number"] else key
        if by is None:
            among = [one for one in self._usable if _ID.search(one.name) and one.what is None and one.filled == 1.0]
            by = max(among, key=lambda one: one.unique, default=None)
        named = [one for one in (parts["given"], parts["surname"], parts["birth"]) if one] if person else []
        told = named or [one for one in (parts["name"], parts["company_name"]) if one]
        lines = [f"      {name}:   # columns have {why}", f"        type: {type}"]
        if by is not None:
            lines.append(f"        key: [{_value(by.name)}]   # {by.unique:.0%} of its values are different")
            self._used.add(by.name)
        else:
            lines.append(
                f"        key: [{', '.join(_value(one.name) for one in told)}]   # no number tells them apart: namesakes are one here!"
            )
        lines.append("        properties:")
        lines += self._name(parts, type)
        for what, prop in (("given", "firstName"), ("surname", "lastName"), ("birth", "birthDate")):
            found = parts[what]
            if found and type == "Person":
                lines.append(self._property(prop, found, 10))
        if type == "Company" and parts["company_number"]:
            lines.append(self._property("registrationNumber", parts["company_number"], 10))
        founded = self._dated(r"incorporat|found|establish")
        if type == "Company" and founded:
            lines.append(self._property("incorporationDate", founded, 10))
        self._entities[name] = lines
        return name

    def _name(self, parts: Mapping[str, Column | None], type: str) -> list[str]:
        whole = parts["name"] or (parts["company_name"] if type != "Person" else None)
        if whole:
            self._used.add(whole.name)
            return [f"          name: {_value(whole.name)}   # {_one_line(whole.why)}"]
        told = [one for one in (parts["given"], parts["surname"]) if one]
        return [f"          name: {{join: [{', '.join(_value(one.name) for one in told)}]}}"] if told else []

    def _account(self, side: str | None, party: str | None) -> None:
        found = self._by.get(("iban", side))
        if found is None and side is not None:
            # No check digits, but the only two columns that a transfer could be between.
            found = next((one for one in self._usable if one.side == side and one.what is None and _ID.search(one.name)), None)
            if found is None or ("amount", None) not in self._by:
                return
        if found is None:
            return
        name = f"account_{side}" if side else "account"
        self._attribute(name, "Account", {"iban" if found.what == "iban" else "number": found})
        if party and side is None:
            self._state("has_account", "HAS_ACCOUNT", party, name)

    def _transfer(self) -> None:
        amount, when = self._by["amount", None], self._by.get(("time", None)) or self._by.get(("date", None))
        currency = self._by.get(("currency", None))
        self._links += [
            "      transfer:",
            "        type: TRANSFERRED_TO",
            "        from: account_from",
            "        to: account_to",
            "        properties:",
        ]
        if when:
            self._links.append(self._property("at", when, 10))
        said = f"; {_one_line(currency.name)} names it row by row, which a spec can't take" if currency else ""
        self._links.append(self._property("amount", amount, 10, more={"currency": "XXX"}) + f"; XXX: no currency is known{said}")

    def _vehicle(self, party: str | None) -> None:
        hashed, plate = self._by.get(("plate_hash", None)), self._by.get(("plate", None))
        found = hashed or plate
        if found is None:
            return
        lines = ["      vehicle:", "        type: Vehicle", "        key:"]
        if hashed:
            lines.append(self._property("plateHash", hashed, 10))
        else:
            lines.append(self._property("registrationNumber", found, 10))
            country = self._by.get(("jurisdiction", None))
            lines.append(
                f"          jurisdiction: {{column: {_value(country.name)}, default: unknown}}   # {country.why}"
                if country
                else "          jurisdiction: {value: unknown}   # which country's plates they are is not told"
            )
            self._used.update([country.name] if country else [])
        more = [(what, self._by[what, None]) for what in ("vin", "make", "model", "colour") if (what, None) in self._by]
        if more:
            lines += ["        properties:", *(self._property(what, found, 10) for what, found in more)]
        self._entities["vehicle"] = lines
        device = next(
            (one for one in self._usable if one.what is None and re.search(r"device|camera|reader", one.name, re.IGNORECASE)), None
        )
        when = self._by.get(("time", None))
        if device and when:
            self._attribute("device", "Device", {"number": device})
            self._links += ["      read:", "        type: READ_BY", "        from: vehicle", "        to: device", "        properties:"]
            self._links.append(self._property("at", when, 10))
            lon, lat = self._by.get(("lon", None)), self._by.get(("lat", None))
            if lon and lat:
                self._used |= {lon.name, lat.name}
                self._links.append(f"          location: {{lon: {_value(lon.name)}, lat: {_value(lat.name)}}}")
        elif party:
            self._state("holds", "HOLDS_VEHICLE", party, "vehicle")

    def _state(self, name: str, type: str, start: str, end: str) -> None:
        """A link with the dates between which it holds, where columns are named like those."""
        self._links += [f"      {name}:", f"        type: {type}", f"        from: {start}", f"        to: {end}"]
        for prop, words in (("valid_from", r"from$|since|start|begin|opened"), ("valid_to", r"_to$|until|end$|closed")):
            found = self._dated(words)
            if found:
                self._links.append(self._property(prop, found, 8))

    def _dated(self, words: str) -> Column | None:
        """The first column of dates that is named so."""
        return next((one for one in self._usable if one.what in ("date", "time") and re.search(words, one.name, re.IGNORECASE)), None)

    def _address(self, party: str | None) -> None:
        found = {prop: self._by[what, None] for what, prop in _ADDRESS.items() if (what, None) in self._by}
        if party and ("street" in found or "full" in found):
            if "full" in found and "street" in found:
                del found["full"]
            self._attribute("address", "Address", found)
            self._links.append(f"      at: {{type: HAS_ADDRESS, from: {party}, to: address}}")

    def _attribute(self, name: str, type: str, parts: Mapping[str, Column]) -> None:
        self._entities[name] = [
            f"      {name}:",
            f"        type: {type}",
            "        key:",
            *(self._property(p, c, 10) for p, c in parts.items()),
        ]

    def _property(self, prop: str, of: Column, indent: int, *, more: Mapping[str, Any] | None = None) -> str:
        self._used.add(of.name)
        normalise = "[{phone: GB}]" if of.what == "phone" else _NORMALISED.get(of.what or "", "[trim]" if of.blanks else "")
        parts = [f"column: {_value(of.name)}"]
        parts += [f"normalise: {normalise}"] if normalise else []
        parts += [f"{name}: {json.dumps(value)}" for name, value in {**of.reading, **(more or {})}.items()]
        said = _one_line(of.why) + ("; GB: national numbers are taken for British ones" if of.what == "phone" else "")
        return f"{' ' * indent}{prop}: {{{', '.join(parts)}}}   # {said}"

    def _fallback(self, key: tuple[Column | None, list[str]]) -> None:
        """A spec needs something that its rows speak of: without a guess, whatever tells rows apart is taken for a party."""
        by = key[0] or max(self._usable, key=lambda one: one.unique, default=None)
        if by is None:
            raise InputError(f"{self._path} has no column that a spec could use.", hint="Write the spec by hand: docs/loader-specs.md.")
        self._used.add(by.name)
        self._entities["party"] = [
            "      party:   # nothing says what the rows speak of: take a type of loaders/ontology.yaml",
            "        type: LegalEntity",
            f"        key: [{_value(by.name)}]   # {by.unique:.0%} of its values are different",
            "        own: true",
        ]


def _has_na(one: Column) -> bool:
    return one.what in ("lon", "lat")


def _is_path(name: str) -> bool:
    try:
        compile_path(name)
    except ValueError:
        return False
    return "." not in name and "[" not in name


def _value(name: str) -> str:
    """A column as YAML has it: quoted, unless it is plain letters and means nothing else."""
    return name if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) and name.lower() not in _MEANT else json.dumps(name, ensure_ascii=False)


# What YAML 1.1 takes for a truth value or for nothing.
_MEANT = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


def _one_line(text: str) -> str:
    """A text that can't leave its comment."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text).split())[:200]


def _table(id: str) -> str:
    return id[:40]


def _pattern(name: str) -> str:
    """File names that hold such a table: of other days as well."""
    return re.sub(r"[?\[\]]", "?", re.sub(r"\d{4}-\d{2}-\d{2}|\d{6,8}", "*", name))
