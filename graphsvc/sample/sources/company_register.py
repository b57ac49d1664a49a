"""company_register: companies, officers, shareholdings; `;`, Windows-1252, CRLF, quoted fields of several lines, births as year-month.

May import the standard library and graphsvc.sample.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

from graphsvc.sample import keys, rates
from graphsvc.sample.output import Output, Table, dated
from graphsvc.sample.places import Address
from graphsvc.sample.streams import Keyed, Scramble, below, chance, pick
from graphsvc.sample.telling import Teller, Told
from graphsvc.sample.world import Company, World

SOURCE = "company_register"
_STATUS = ("active", "active", "active", "active", "active", "in liquidation", "dissolved")
_OBJECTS = (
    "Trade in goods of all kinds",
    "Holding of shares",
    "Transport by road and sea",
    "Building works",
    "Advice; related services",
)
_MORE = ("as well as import and export", "and what the board decides", 'under the name "{}"', "including storage")


def write(world: World, output: Output) -> None:
    _Register(world, output).write()


class _Register:
    def __init__(self, world: World, output: Output) -> None:
        self.world, self.output = world, output
        self.teller = Teller(world, SOURCE)
        self.seen = bytearray(world.people)
        self.draws = Keyed(world.seed, SOURCE, "rows")
        self.companies = self._table(
            "companies",
            "company_no name status incorporated_on registered_street registered_number registered_postcode registered_city "
            "share_capital object",
        )
        self.officers = self._table(
            "officers",
            "company_no person_no role surname given_names born street number postcode city contact_phone appointed_on resigned_on",
        )
        self.shares = self._table(
            "shareholdings",
            "company_no holder_kind holder_no holder_surname holder_given_names holder_name born percent held_from held_to",
        )

    def _table(self, name: str, columns: str) -> Table:
        return self.output.table(f"{SOURCE}/{dated(name)}", columns.split(), delimiter=";", encoding="cp1252", line_end="\r\n")

    def write(self) -> None:
        order = Scramble(self.world.companies, self.world.seed, SOURCE, "order")
        for i in range(self.world.companies):
            self._company(self.world.company(order(i)))

    def _officer(self, person: int, company: int) -> tuple[str, Told]:
        """Now and then the register gives somebody whom it knows a second number."""
        copy = 1 if (person * 31 + company) % 100 < 100 * rates.SECOND_KEY and not self.world.careful[person] else 0
        number = self.teller.key(person, copy)
        bit = 1 << copy
        if not self.seen[person] & bit:
            self.seen[person] |= bit
            self.output.mention(SOURCE, "officers", number, person)
        return number, self.teller.tell(person, self.teller.number(person, copy))

    def _company(self, c: Company) -> None:
        world, rng = self.world, self.draws.at(c.id)
        place = world.address(c.address)
        status = "active" if c.planted else pick(rng, _STATUS)
        words = pick(rng, _OBJECTS)
        if chance(rng, 0.4):
            words += ",\n" + pick(rng, _MORE).format(c.name.split()[0])
        capital = f"{pick(rng, (40, 50, 100, 125, 500, 1250)) * 1000:,}".replace(",", ".") + ",00"
        self.companies.row(c.number, c.name, status, c.since, place.street, place.number, place.postcode, place.city, capital, words)
        self.output.company_mention(SOURCE, "companies", c.number, c.number)
        people = [self._officer(p, c.id) for p in c.officers]
        for n, (number, told) in enumerate(people):
            role = "director" if n == 0 or c.planted else pick(rng, ("director", "director", "secretary", "auditor"))
            start = c.since if n == 0 or c.planted else min(c.since + timedelta(days=below(rng, 2000)), rates.AS_OF)
            gone = not c.planted and chance(rng, 0.25)
            end = min(start + timedelta(days=below(rng, 2000)), rates.AS_OF) if gone else None
            # a director may give the company's address instead of their own
            at: Address = place if not c.planted and (c.officers[n] * 7 + c.id) % 10 == 0 else told.address
            phone = "" if told.phone is None else keys.phone_as(keys.phone_e164(told.phone), told.phone_style)
            born = f"{told.born:%Y-%m}" if told.born else ""
            self.officers.row(c.number, number, role, told.surname, told.given, born, *at, phone, start, end or "")
        self._shareholdings(rng, c, people)

    def _shareholdings(self, rng: Random, c: Company, people: list[tuple[str, Told]]) -> None:
        if chance(rng, 0.35):
            return  # many registers do not know the owners
        left = 100.0
        holders = people[: 1 + below(rng, len(people))]
        for number, told in holders:
            part = round(left * (0.3 + 0.7 * rng.random()), 2) if chance(rng, 0.6) else left
            born = f"{told.born:%Y-%m}" if told.born else ""
            self.shares.row(c.number, "P", number, told.surname, told.given, "", born, f"{part:.2f}".replace(".", ","), c.since, "")
            left = round(left - part, 2)
            if left < 1:
                return
        if chance(rng, 0.5):
            owner = below(rng, self.world.base_companies)
            missing = chance(rng, 0.05)  # a company that was struck off: its number is told, its row is gone
            number = self.world.company_number(self.world.companies + owner if missing else owner)
            name = "" if missing else self.world.company(owner).name
            self.shares.row(c.number, "C", number, "", "", name, "", f"{left:.2f}".replace(".", ","), c.since, "")
