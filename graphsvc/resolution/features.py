"""What is compared, level by level: the one list that scoring, training, corroboration and explanation share.

A level's SQL compares two prepared rows (`prepare`): `x_l` and `x_r` are their columns. The first level that holds counts. Levels with the
same `within` are weighed against each other only: people of one household share their address, so that a shared name, landline or
account says less *given* the shared address. Pure; imports nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

EQUAL = frozenset(["equal", "equal_tied"])
"""The levels of equal values, by which others of one comparison are adjusted for how common a value is."""


@dataclass(frozen=True)
class Level:
    """`others`: chance agreement is counted in other people who share the value, whatever the population. `bits`: set, not trained."""

    name: str
    words: str
    sql: str | None = None
    bare: str | None = None
    """The condition of one `within` without that it is within."""
    within: str = ""
    others: bool = False
    frequency: str | None = None
    """The column whose value's share in the reference table is the chance of agreement."""
    corroborates: bool = False
    supports: bool = False
    """Corroborates together with another level that supports: the month of birth and the street, say."""
    bits: float | None = None
    decisive: bool = False
    """Makes two the same whatever the score, unless they contradict each other."""


@dataclass(frozen=True)
class Feature:
    """`missing`: when nothing can be compared, which says nothing either way. `shows`: the column of the table that people read."""

    name: str
    words: str
    shows: str
    missing: str
    levels: tuple[Level, ...]
    ties: tuple[str, ...] = ()
    """The columns of which two rows share a value when the levels `within` are theirs."""

    def given(self, tied: bool) -> tuple[Level, ...]:
        """The levels that two rows can have of which it is known whether they are tied, each with as little to ask as that leaves."""
        if not self.ties:
            return self.levels
        twins = {level.name for level in self.levels if level.within}
        if not tied:
            return tuple(level for level in self.levels if not level.within)
        kept = (level for level in self.levels if level.within or f"{level.name}_tied" not in twins)
        return tuple(replace(level, sql=level.bare) if level.within else level for level in kept)


def _has(column: str) -> str:
    return f"list_has_any({column}_l, {column}_r)"


def _missing(column: str) -> str:
    return f"{column}_l IS NULL OR {column}_r IS NULL"


def _slip(column: str) -> str:
    """One letter wrong, missing, added or swapped with the next, or the same beginning and nearly the same letters."""
    return f"(damerau_levenshtein({column}_l, {column}_r) <= 1 OR jaro_winkler_similarity({column}_l, {column}_r) >= 0.93)"


def _two_slips(column: str) -> str:
    return f"(damerau_levenshtein({column}_l, {column}_r) <= 2 AND length({column}_l) > 4)"


_FAMILY_ELSEWHERE = "list_contains(words_r, family_l) OR list_contains(words_l, family_r)"
# One word that is the family name of the one and the given name of the other is one agreement, not two.
_GIVEN_ELSEWHERE = (
    "(list_contains(words_r, given_l) OR list_contains(words_l, given_r)) "
    f"AND (len(list_intersect(words_l, words_r)) >= 2 OR NOT coalesce({_FAMILY_ELSEWHERE}, false))"
)
_ONE_PART_OF_DATE = (
    "month_l = month_r OR (year_l = year_r AND substr(day_l, 9, 2) = substr(day_r, 9, 2)) OR substr(day_l, 6, 5) = substr(day_r, 6, 5)"
)
_AT_HOME = ("homes",)
_AT_HOME_OR_PHONE = ("homes", "phones")
_TIED = ("ties",)


def _tied(columns: tuple[str, ...]) -> str:
    return f"({' OR '.join(f'coalesce({_has(column)}, false)' for column in columns)})"


_HOME = Feature(
    "address",
    "address",
    "addresses",
    _missing("places"),
    (
        Level("same_house", "same address", _has("houses"), others=True, corroborates=True),
        Level("misspelt", "same address but for a slip", _has("homes"), others=True, corroborates=True),
        Level(
            "unnumbered",
            "same street, told without a number",
            "list_has_any(unnumbered_l, streets_r) OR list_has_any(streets_l, unnumbered_r)",
            others=True,
            corroborates=True,
        ),
        Level("same_street", "same street, another number", _has("streets"), others=True, supports=True),
        Level("same_area", "same postcode, or town where there is none", _has("areas"), others=True, supports=True),
        Level("same_town", "same town", _has("towns"), supports=True),
        Level("alike_town", "towns alike but for slips", "jaro_winkler_similarity(town_l, town_r) >= 0.85", supports=True),
        Level("elsewhere", "addresses in different places"),
    ),
)


def _apart_when(ties: tuple[str, ...], *levels: Level, frequency: bool = False) -> tuple[Level, ...]:
    """Each level twice: for pairs that share what people of one household share, and for the others.

    `frequency`: how common the value is counts among the tied too, relative to how often it agrees there by chance.
    """
    found, tied = [], _tied(ties)
    for level in levels:
        sql = f"{tied} AND ({level.sql})" if level.sql else tied
        common = level.frequency if frequency else None
        if level.bits is None:
            found.append(replace(level, name=f"{level.name}_tied", sql=sql, bare=level.sql, within="tied", others=False, frequency=common))
        found.append(level)
    return tuple(found)


def _shared(name: str, words: str, column: str, ties: tuple[str, ...]) -> Feature:
    """An exact value that people can share: what it weighs depends on whether they share a home already."""
    levels = (
        Level("shared", f"same {words}", _has(column), others=True, corroborates=True),
        Level("other", f"another {words}"),
    )
    return Feature(name, words, column, _missing(column), _apart_when(ties, *levels), ties)


_IDENTIFIER = Feature(
    "identifier",
    "identifier",
    "identifiers",
    _missing("identifiers"),
    (
        Level("same", "same identifier", _has("identifiers"), others=True, corroborates=True, decisive=True),
        Level(
            "one_off",
            "identifiers that differ in one sign",
            "damerau_levenshtein(identifier_l, identifier_r) <= 1",
            others=True,
            supports=True,
        ),
        Level("conflict", "different identifiers of one kind", _has("schemes")),
        Level("unrelated", "identifiers of different kinds", bits=0.0),
    ),
)
_EMAIL = Feature(
    "email",
    "e-mail address",
    "emails",
    _missing("emails"),
    (
        Level("shared", "same e-mail address", _has("emails"), others=True, corroborates=True),
        Level(
            "close",
            "e-mail addresses alike but for a slip",
            "jaro_winkler_similarity(email_l, email_r) >= 0.9",
            others=True,
            supports=True,
        ),
        Level("other", "another e-mail address"),
    ),
)
_RECORD = Feature(
    "record",
    "record",
    "records",
    _missing("records"),
    (
        # A row that names two people means two.
        Level("same", "one record names both", _has("records"), bits=-40.0),
        Level("other", "different records", bits=0.0),
    ),
)
_SOURCE = Feature(
    "source",
    "source",
    "source",
    _missing("numbering"),
    (
        Level("same", "one source, which numbers everybody once, has two numbers", "numbering_l = numbering_r", bits=-4.0),
        Level("other", "different sources", bits=0.0),
    ),
)

PEOPLE_FEATURES: tuple[Feature, ...] = (
    _IDENTIFIER,
    _HOME,
    _shared("phone", "phone number", "phones", _AT_HOME),
    _shared("account", "account", "accounts", _AT_HOME_OR_PHONE),
    _shared("vehicle", "vehicle", "vehicles", _AT_HOME_OR_PHONE),
    _EMAIL,
    Feature(
        "family_name",
        "family name",
        "names",
        _missing("family"),
        _apart_when(
            _TIED,
            Level("equal", "same family name", "family_l = family_r", frequency="family"),
            Level("swapped", "given and family name swapped", "family_l = given_r AND given_l = family_r", frequency="family"),
            Level("elsewhere", "family name among the other's names", _FAMILY_ELSEWHERE),
            Level("close", "family names alike but for a slip", f"{_slip('family')} AND NOT (family_listed_l AND family_listed_r)"),
            Level("near", "two family names that are alike", _slip("family")),
            Level("similar", "family names alike but for two slips", _two_slips("family")),
            Level("different", "different family names"),
        ),
        _TIED,
    ),
    Feature(
        "given_name",
        "given name",
        "names",
        "initial_l IS NULL OR initial_r IS NULL",
        _apart_when(
            _TIED,
            Level("equal", "same given name", "given_l = given_r", frequency="given"),
            # Counted with the family name.
            Level("swapped", "given and family name swapped", "family_l = given_r AND given_l = family_r", bits=0.0),
            Level("elsewhere", "given name among the other's names", _GIVEN_ELSEWHERE),
            Level("close", "given names alike but for a slip", f"{_slip('given')} AND NOT (given_listed_l AND given_listed_r)"),
            Level(
                "short",
                "a given name and its short form",
                "usual_l = usual_r OR (substr(given_l, 1, 3) = substr(given_r, 1, 3) AND NOT (given_listed_l AND given_listed_r))",
            ),
            Level("near", "two given names that are alike", f"{_slip('given')} OR substr(given_l, 1, 3) = substr(given_r, 1, 3)"),
            Level("similar", "given names alike but for two slips", _two_slips("given")),
            Level("initial", "same initial of the given name", "(given_l IS NULL OR given_r IS NULL) AND initial_l = initial_r"),
            Level("different", "different given names"),
            frequency=True,
        ),
        _TIED,
    ),
    Feature(
        "second_name",
        "second given name",
        "names",
        _missing("second"),
        (
            Level("equal", "same second given name", "second_l = second_r AND length(second_l) > 1", frequency="second", supports=True),
            Level(
                "initial",
                "same initial of the second given name",
                "substr(second_l, 1, 1) = substr(second_r, 1, 1) AND (length(second_l) = 1 OR length(second_r) = 1)",
            ),
            Level("close", "second given names alike but for a slip", "damerau_levenshtein(second_l, second_r) <= 1"),
            Level("different", "different second given names"),
        ),
    ),
    Feature(
        "birth_date",
        "date of birth",
        "born",
        _missing("year"),
        # The members of a household are close in age, so that a month or a year agrees more often by chance.
        _apart_when(
            _TIED,
            Level("day", "same date of birth", "day_l = day_r", corroborates=True),
            Level("swapped", "same date of birth with day and month swapped", "either_l = either_r", supports=True),
            Level(
                "slip",
                "dates of birth that differ in one digit",
                f"({_ONE_PART_OF_DATE}) AND damerau_levenshtein(day_l, day_r) <= 1",
                supports=True,
            ),
            Level("month", "same month of birth", "month_l = month_r AND (day_l IS NULL OR day_r IS NULL)", supports=True),
            Level(
                "part",
                "dates of birth that differ in one part",
                _ONE_PART_OF_DATE,
                supports=True,
            ),
            Level("near", "dates of birth less than 400 days apart", "abs(days_l - days_r) < 400", supports=True),
            Level("year", "same year of birth", "year_l = year_r AND (month_l IS NULL OR month_r IS NULL)"),
            Level(
                "month_off",
                "months of birth that differ in the month or the year",
                "(day_l IS NULL OR day_r IS NULL) AND (year_l = year_r OR substr(month_l, 6, 2) = substr(month_r, 6, 2))",
            ),
            Level("different", "different dates of birth"),
        ),
        _TIED,
    ),
    _RECORD,
    _SOURCE,
)

ORGANISATION_FEATURES: tuple[Feature, ...] = (
    _IDENTIFIER,
    _HOME,
    _shared("phone", "phone number", "phones", _AT_HOME),
    _shared("account", "account", "accounts", _AT_HOME_OR_PHONE),
    _EMAIL,
    Feature(
        "name",
        "name",
        "names",
        _missing("core"),
        (
            Level("equal", "same name", "core_l = core_r", frequency="core"),
            Level("order", "same words in another order", "sorted_l = sorted_r"),
            Level(
                "close",
                "names alike but for a slip",
                "damerau_levenshtein(core_l, core_r) <= 2 OR jaro_winkler_similarity(core_l, core_r) >= 0.95",
            ),
            Level(
                "similar",
                "similar names",
                "jaro_winkler_similarity(core_l, core_r) >= 0.88 OR starts_with(core_l, core_r) OR starts_with(core_r, core_l)",
            ),
            Level("different", "different names"),
        ),
    ),
    Feature(
        "form",
        "legal form",
        "names",
        _missing("form"),
        (Level("same", "same legal form", "form_l = form_r"), Level("different", "different legal forms")),
    ),
    _RECORD,
    _SOURCE,
)

TIES = ("homes", "phones", "ties")
"""All columns that tie two rows: whether they do is found once for a pair."""

FEATURES = {"people": PEOPLE_FEATURES, "organisations": ORGANISATION_FEATURES}
