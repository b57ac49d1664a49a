"""The true world: who lives where with whom, who runs which company. Compact arrays of people; everything else is a function of an index.

About 30 bytes a person are held, whatever the size of the files. May import the standard library and this package.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from graphsvc.sample import keys, rates
from graphsvc.sample.names import Names
from graphsvc.sample.places import Address, Places
from graphsvc.sample.streams import Keyed, Scramble, below, stream

FEMALE, NAME_CHANGED, IN_BANK, IN_PHONES = 1, 2, 4, 8
_VEHICLE = 16  # two bits from here: how many vehicles
_EPOCH = date(1920, 1, 1).toordinal()
_HOUSEHOLD_SIZES = (0.38, 0.74, 0.88, 0.97, 1.0)  # cumulative; adults only (assumed)


class Company(NamedTuple):
    id: int
    number: str
    name: str
    address: int
    officers: list[int]
    since: date
    planted: bool


@dataclass
class Extra:
    """Planted facts that the sources tell among their own: small, whatever the size of the world."""

    companies: list[tuple[list[int], int]]  # officers, premises
    cases: list[list[CasePerson]]
    vehicles: list[tuple[int, int | None]]  # owner, keeper
    contracts: list[Contract]
    users: list[tuple[int, int]]  # subscriber, user of the subscriber's own number
    accounts: list[tuple[int, int]]  # holder, co-holder


class CasePerson(NamedTuple):
    person: int
    category: str
    addresses: tuple[int, ...] = ()
    phones: tuple[int, ...] = ()
    vehicles: tuple[int, ...] = ()


class Contract(NamedTuple):
    person: int
    supply: int
    product: str
    phone: int | None = None
    account: int | None = None


class World:
    def __init__(self, people: int, seed: int) -> None:
        self.seed = seed
        self.people = people
        self.names = Names(seed)
        self.given = array("H", bytes(2 * people))
        self.second = array("H", bytes(2 * people))  # 0: none, else rank + 1
        self.surname = array("H", bytes(2 * people))
        self.maiden = array("H", bytes(2 * people))
        self.born = array("H", bytes(2 * people))  # days since 1920
        self.household = array("I", bytes(4 * people))
        self.former = array("I", bytes(4 * people))  # former address + 1; 0: did not move
        self.flags = bytearray(people)
        self.first = array("I")  # of each household, its first person; one more at the end
        self._settle()
        self.households = len(self.first) - 1
        self._move()
        self._enrol()
        self.base_companies = int(people * rates.COMPANIES_PER_PERSON)
        self.base_cases = int(people * rates.CASES_PER_PERSON)
        self.agents = max(2, int(self.base_companies * rates.AT_AGENT / rates.COMPANIES_PER_AGENT))
        planted = max(rates.PLANTED_MINIMUM, int(people * rates.PLANTED_PER_PERSON))
        self._own_premises = self.agents  # companies' premises follow the agents'; the planted ones' follow those
        self.planted_premises = self.households + self.agents + self.base_companies
        self.places = Places(self.names, self.households, self.agents + self.base_companies + 4 * planted)
        self.extra = Extra([], [], [], [], [], [])
        self.careful = bytearray(people)  # 1: people of planted connections: told with all that identifies them
        self._company_draws = Keyed(seed, "company")
        self._org = Scramble(7_000_000, seed, "company-number")
        self._hundred_million = Scramble(100_000_000, seed, "number")
        self._cases = Scramble(100_000_000, seed, "case")
        self._plates = Scramble(20 * 20 * 100_000, seed, "plate")

    # --- people --------------------------------------------------------------------------------------------------------------
    def _settle(self) -> None:
        rng, names = stream(self.seed, "people"), self.names
        person = 0
        while person < self.people:
            self.first.append(person)
            draw = rng.random()
            size = min(next(n for n, share in enumerate(_HOUSEHOLD_SIZES, 1) if draw < share), self.people - person)
            family = names.surname_skew.draw(rng)
            age = 20 + int((rng.random() + rng.random()) / 2 * 62)
            for place in range(size):
                p = person + place
                female = (rng.random() < 0.5) if place != 1 else not self.flags[person] & FEMALE
                years = age + int(rng.random() * 7) - 3 if place < 2 else age - 25 - int(rng.random() * 8)
                if years < 18:  # of age all, and not all on one birthday
                    years = 18 + int(rng.random() * 10)
                self.given[p] = names.given_skew.draw(rng)
                self.surname[p] = self.maiden[p] = family
                if place == 1 or (place == 0 and size == 1):
                    self.maiden[p] = names.surname_skew.draw(rng)
                    took = female and rng.random() < rates.TOOK_NAME
                    if not took:
                        self.surname[p] = self.maiden[p]
                    elif rng.random() < rates.NAME_CHANGE_RECENT:
                        self.flags[p] |= NAME_CHANGED
                elif place > 1 and rng.random() < rates.SAME_NAME_CHILD:
                    female = bool(self.flags[person] & FEMALE)
                    self.given[p] = self.given[person]
                if rng.random() < rates.SECOND_NAME:
                    self.second[p] = names.given_skew.draw(rng) + 1
                if female:
                    self.flags[p] |= FEMALE
                self.born[p] = rates.AS_OF.toordinal() - int(years * 365.25) - 1 - below(rng, 365) - _EPOCH
                self.household[p] = len(self.first) - 1
            person += size
        self.first.append(self.people)

    def _move(self) -> None:
        """Former addresses are homes in which somebody else lives now."""
        rng = stream(self.seed, "moves")
        homes = self.households
        for home in range(homes):
            if rng.random() < rates.MOVED_IN_FIVE_YEARS:
                near = rng.random() < rates.MOVE_NEAR
                former = (home + 1 + below(rng, 600)) % homes if near else below(rng, homes)
                together = rng.random() < 0.7
                for p in range(self.first[home], self.first[home + 1]):
                    # grown-up children and half of the couples came from somewhere else
                    self.former[p] = former + 1 if together or p == self.first[home] else 1 + below(rng, homes)

    def _enrol(self) -> None:
        rng = stream(self.seed, "enrolment")
        for p in range(self.people):
            if rng.random() < rates.IN_BANK:
                self.flags[p] |= IN_BANK
            if rng.random() < rates.IN_PHONES:
                self.flags[p] |= IN_PHONES
            draw = rng.random()
            self.flags[p] |= _VEHICLE * (0 if draw < rates.VEHICLES[0] else 1 if draw < rates.VEHICLES[1] else 2)

    def is_(self, person: int, flag: int) -> bool:
        return bool(self.flags[person] & flag)

    def vehicles(self, person: int) -> int:
        return self.flags[person] // _VEHICLE

    def birth(self, person: int) -> date:
        return date.fromordinal(_EPOCH + self.born[person])

    def given_name(self, person: int) -> str:
        return self.names.given[self.flags[person] & FEMALE][self.given[person]]

    def second_name(self, person: int) -> str:
        rank = self.second[person]
        return self.names.given[self.flags[person] & FEMALE][rank - 1] if rank else ""

    def members(self, household: int) -> range:
        return range(self.first[household], self.first[household + 1])

    def partner(self, person: int) -> int | None:
        """Another person of the household: the spouse where there is one."""
        home = self.household[person]
        start, end = self.first[home], self.first[home + 1]
        if end - start < 2:
            return None
        return start + 1 if person == start else start

    def near(self, person: int, draw: float) -> int:
        """Somebody who lives close by: most acquaintances are local, which keeps far people far apart except through hubs."""
        return (person + 2 + int(draw * draw * 80)) % self.people

    # --- numbers -------------------------------------------------------------------------------------------------------------
    def mobile(self, person: int) -> int:
        return self._hundred_million(person)

    def former_mobile(self, person: int) -> int:
        return self._hundred_million(self.people + person)

    def landline(self, household: int) -> int:
        return self._hundred_million(2 * self.people + household)

    def number(self, n: int) -> int:
        """A number of a phone or an account that is nobody's in the world itself, for n past all of those."""
        return self._hundred_million(n)

    def office_phone(self, company: int) -> int:
        return self._hundred_million(3 * self.people + company)

    def iban(self, account: int) -> str:
        """Accounts 0..people-1 are people's own, then the companies', then the planted ones."""
        return keys.iban(self._hundred_million(account))

    def company_account(self, company: int) -> int:
        return self.people + company

    def planted_account(self, n: int) -> int:
        return self.people + self.companies + n

    def plate(self, vehicle: int) -> str:
        """Vehicles 2p and 2p + 1 are person p's, then the companies', then the planted ones."""
        return keys.plate(self._plates(vehicle))

    def planted_vehicle(self, n: int) -> int:
        return 2 * self.people + self.base_companies + n

    def case_number(self, case: int) -> str:
        return f"VK-{self._cases(case):08d}"

    # --- companies -----------------------------------------------------------------------------------------------------------
    @property
    def companies(self) -> int:
        return self.base_companies + len(self.extra.companies)

    def company_number(self, index: int) -> str:
        return keys.company_number(index, self._org)

    def company(self, index: int) -> Company:
        rng = self._company_draws.at(index)
        name = self.names.company(rng)
        since = rates.AS_OF - timedelta(days=200 + int(rng.random() ** 2 * 6500))
        if index >= self.base_companies:
            officers, premises = self.extra.companies[index - self.base_companies]
            since = rates.AS_OF - timedelta(days=1100 + below(rng, 900))
            return Company(index, self.company_number(index), name, premises, officers, since, True)
        first = below(rng, self.people)
        if rng.random() < 0.25:  # serial directors: a fiftieth of the people
            first -= first % 50
        officers = [first]
        draw = rng.random()
        for _ in range(0 if draw < 0.45 else 1 if draw < 0.8 else 2 if draw < 0.95 else 3):
            kind = rng.random()
            partner = self.partner(first)
            if kind < 0.3 and partner is not None:
                other = partner
            else:
                other = self.near(first, rng.random()) if kind < 0.9 else below(rng, self.people)
            if other not in officers:
                officers.append(other)
        place = rng.random()
        if place < rates.AT_AGENT:
            address = self.households + int(rng.random() ** 2 * self.agents)  # some agents are much larger than others
            if rng.random() < 0.15:  # a nominee of the agent's
                officers.append((address - self.households) * 37 % self.people)
        elif place < rates.AT_AGENT + 0.4:
            address = self.household[first]
        else:
            address = self.households + self._own_premises + index
        return Company(index, self.company_number(index), name, address, list(dict.fromkeys(officers)), since, False)

    def address(self, number: int) -> Address:
        return self.places.address(number)
