"""How often things are told wrongly, differently or twice: every constant with where it comes from.

"Published" figures name their source; "assumed" ones say so. docs/sample-world.md lists both, and which sources were read for it.
May import the standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

VERSION = "3"
"""Of the generator: any change that changes a byte for some seed raises it, and benchmarks state it."""

# --- names -------------------------------------------------------------------------------------------------------------------
# Published: bearers of the 20 most frequent Danish surnames at the start of 2016 (Statistics Denmark), out of 5,707,251 inhabitants.
# A country with few and large surnames is the hard case: namesakes are common.
TOP_SURNAME_BEARERS = (
    255138, 254675, 213339, 161074, 157753, 118117, 114711, 109746, 93723, 87466,
    78329, 63723, 60116, 47579, 39117, 36656, 31874, 31001, 30059, 29258,
)  # fmt: skip
SURNAME_POPULATION = 5_707_251
# Zipf's law goes on where that table ends (rank-size law of family names: Miyazima et al. 2000, exponent near 1); with this many names
# the shares add up to 1.
SURNAMES = 10_600
# Published: the most frequent given name of each sex is borne by about 1.5 % of its bearers' sex (Statistics Denmark, January 2024: 46,500
# of 2.95 million men, 44,100 of 2.98 million women). Zipf-Mandelbrot p(r) = c / (r + 12.3) over 1,500 names gives that first share.
GIVEN_NAMES = 1_500
GIVEN_SHIFT = 12.3
# Assumed: share of people with a second given name, and of them shown by sources (per source, below).
SECOND_NAME = 0.45
# Published: 79 % of women in opposite-sex marriages took the husband's name (Pew Research Center, September 2023).
TOOK_NAME = 0.79
# Assumed: share of those whose change is recent enough that some source still has the earlier name.
NAME_CHANGE_RECENT = 0.15
# Assumed: sons and daughters who bear the given name of the parent whose household they share; kept rare, since where the birth date is
# missing nobody can tell the two apart.
SAME_NAME_CHILD = 0.004

# --- moves -------------------------------------------------------------------------------------------------------------------
# Published: 11.7 % of Americans moved between 2012 and 2013 (US Census Bureau, release of November 2013); nearly two thirds stay in the
# county (the same release). Over the five years that the sources' addresses reach back: 1 - (1 - 0.117)^5 = 0.46.
MOVED_IN_FIVE_YEARS = 1 - (1 - 0.117) ** 5
MOVE_NEAR = 2 / 3

# --- mistakes ----------------------------------------------------------------------------------------------------------------
# Published: about 80 % of misspellings are one inserted, missing, wrong or two transposed letters (Damerau 1964). The rest get two.
SINGLE_ERROR = 0.80
# Published: few errors are in the first letter (Yannakoudakis and Fawthrop 1983); the number is assumed.
FIRST_LETTER_ERROR = 0.08
# Published: 1.5 % of the birth dates in a state-wide health service were wrong (Luo et al., BMC Bioinformatics 2014, 15:185).
BIRTH_WRONG = 0.015
# Published: among true matches of census and survey 25 % of given names and 20 % of surnames do not agree character by character
# (Winkler 2006, Overview of Record Linkage). For a pair of mentions with equal habits: 1 - sqrt(.75) = 13 %, 1 - sqrt(.8) = 11 % each;
# the habits of the sources below are spread around these, and bench/sample_difficulty.py measures what results.


@dataclass(frozen=True)
class Habits:
    """How one source tells a person; every field is a probability per mention. Assumed, around the published means above."""

    given_error: float
    given_variant: float
    initial: float
    second_full: float
    second_initial: float
    surname_error: float
    swapped: float
    stale_name: float
    birth_missing: float
    stale_address: float
    address_error: float
    phone_missing: float
    phone_former: float
    landline: float


HABITS = {
    "company_register": Habits(0.03, 0.02, 0.01, 0.80, 0.05, 0.05, 0.005, 0.50, 0.00, 0.35, 0.06, 0.20, 0.08, 0.10),
    "case_files": Habits(0.05, 0.06, 0.01, 0.15, 0.05, 0.09, 0.010, 0.20, 0.06, 0.25, 0.09, 0.12, 0.08, 0.05),
    "vehicle_register": Habits(0.03, 0.01, 0.02, 0.60, 0.10, 0.05, 0.010, 0.40, 0.02, 0.30, 0.05, 1.00, 0.00, 0.00),
    "utility_bills": Habits(0.04, 0.06, 0.12, 0.04, 0.02, 0.07, 0.020, 0.35, 1.00, 0.10, 0.04, 0.06, 0.06, 0.20),
    "phone_subscriptions": Habits(0.04, 0.07, 0.02, 0.06, 0.04, 0.07, 0.015, 0.35, 0.04, 0.30, 0.06, 1.00, 0.00, 0.00),
    "border_crossings": Habits(0.01, 0.00, 0.00, 0.95, 0.00, 0.01, 0.005, 0.30, 0.00, 1.00, 0.00, 1.00, 0.00, 0.00),
    "bank_transfers": Habits(0.02, 0.02, 0.01, 0.40, 0.15, 0.04, 0.005, 0.25, 0.01, 0.15, 0.04, 0.05, 0.08, 0.10),
}

# --- coverage (assumed) ------------------------------------------------------------------------------------------------------
IN_BANK = 0.62
IN_PHONES = 0.80
VEHICLES = (0.55, 0.91)  # cumulative: none, one, the rest two
COMPANIES_PER_PERSON = 0.12
CASES_PER_PERSON = 0.03
TRANSFERS_PER_PERSON = 4.5
READS_PER_PERSON = 2.2
SECOND_KEY = 0.03  # people whom one source holds under two customer numbers
AT_AGENT = 0.30  # companies whose registered office is a formation agent's address
COMPANIES_PER_AGENT = 900
EQUAL_EVENT = 0.004  # events told twice with the same content
CASE_COMPLETED = 0.92
CROSSINGS_PER_PERSON = 0.35
CROSSING_BY_CAR = 0.7
CROSSING_RETURN = 0.8  # of those who leave, come back within the week
READ_WITHOUT_PLACE = 8768 / 35486  # measured in a published set of patrol-car plate reads, October 2021
PLANTED_PER_PERSON = 0.01
PLANTED_MINIMUM = 20

AS_OF = date(2024, 6, 30)
ZONE = "Europe/Copenhagen"  # the sources' local times
