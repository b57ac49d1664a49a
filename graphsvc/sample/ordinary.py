"""What happens in every month, as four sources tell it: a file a table and month, of rows that are new. Draws from streams of its own.

People, companies, phones and contracts have numbers that no others have; accounts and addresses are those of the world. May import the
standard library and this package.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

from graphsvc.sample import keys
from graphsvc.sample.output import Output, Table
from graphsvc.sample.places import Address
from graphsvc.sample.sources.bank_transfers import customer
from graphsvc.sample.streams import below, chance, pick, stream
from graphsvc.sample.world import World

BANK, REGISTER, PHONES, BILLS = "bank_transfers", "company_register", "phone_subscriptions", "utility_bills"
# Of a month: how many at least, and for each person. Fewer would be too few to stand out by.
TRANSFERS, SUBSCRIPTIONS, CONTRACTS, COMPANIES = (300, 0.5), (50, 0.02), (50, 0.02), (24, 0.005)
# Assumed: what people buy in a month of the year, beside an ordinary one.
SEASON = (0.85, 0.9, 1.0, 1.0, 1.0, 0.95, 0.7, 0.9, 1.05, 1.1, 1.2, 1.6)
# Counts vary by so much more than by chance.
_UNEVEN = 0.05
# Past all numbers that the world and its planted changes use.
_FIRST_COMPANY, _FIRST_PERSON, _FIRST_PHONE = 6_500_000, 950_000_000, 20_000_000
_FILES = {
    "transfers": (BANK, "csv", ",", "booked_at from_iban to_iban amount currency reference"),
    "companies": (
        REGISTER, "csv", ";",
        "company_no name status incorporated_on registered_street registered_number registered_postcode registered_city "
        "share_capital object",
    ),
    "officers": (
        REGISTER, "csv", ";",
        "company_no person_no role surname given_names born street number postcode city contact_phone appointed_on resigned_on",
    ),
    "shareholdings": (
        REGISTER, "csv", ";",
        "company_no holder_kind holder_no holder_surname holder_given_names holder_name born percent held_from held_to",
    ),
    "subscriptions": (PHONES, "tsv", "\t", "number role customer_no name born street house_no postcode town valid_from valid_to"),
    "contracts": (
        BILLS, "csv", "|",
        "contract_no customer_no account_holder product supply_street supply_number supply_postcode supply_city billing_street "
        "billing_number billing_postcode billing_city phone direct_debit_iban period_from period_to",
    ),
}  # fmt: skip
TABLES = tuple(_FILES)


@dataclass(frozen=True)
class Row:
    """A row by where it stands."""

    file: str
    line: int


@dataclass(frozen=True)
class Company:
    number: str
    name: str
    since: date
    at: Address


class Month:
    """The files of one month, open; each `add` of a row says where it stands."""

    def __init__(self, output: Output, folder: str, first: date, last: date, tables: tuple[str, ...] = TABLES) -> None:
        self.first, self.last = first, last
        self.days = (last - first).days + 1
        self._tables: dict[str, Table] = {}
        for name in tables:
            source, ending, delimiter, columns = _FILES[name]
            of_register = {"encoding": "cp1252", "line_end": "\r\n"} if source == REGISTER else {}
            file = f"{folder}/{source}/{name}-{last.isoformat()}.{ending}"
            self._tables[name] = output.table(file, columns.split(), delimiter=delimiter, **of_register)

    def add(self, table: str, *values: object) -> Row:
        self._tables[table].row(*values)
        return Row(self._tables[table].name, self._tables[table].rows + 1)

    def day(self, draw: float) -> date:
        return self.first + timedelta(days=int(draw * self.days))


class Ordinary:
    """Rows of ordinary months, and the parts that anomalies are made of."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = stream(world.seed, "anomalies")
        self.companies: list[Company] = []
        self._people = self._phones = self._contracts = self._companies = 0
        self._others = 3 * world.people  # past those that ordinary transfers go to

    def many(self, table: str, month: Month) -> int:
        """How many rows of a table an ordinary month has."""
        least, each = {"transfers": TRANSFERS, "subscriptions": SUBSCRIPTIONS, "contracts": CONTRACTS, "companies": COMPANIES}[table]
        usual = max(least, self.world.people * each) * (SEASON[month.last.month - 1] if table == "transfers" else 1.0)
        # The sum of twelve is as good as normal, with a deviation of one; counts of what is independent vary by their roots.
        chance_too = sum(self.rng.random() for _ in range(12)) - 6
        varied = usual * (1 + _UNEVEN * (2 * self.rng.random() - 1)) + math.sqrt(usual) * chance_too
        return max(1, round(varied))

    def month(self, month: Month, shares: dict[str, float]) -> None:
        """All rows of a month; `shares` of tables of which only a part, or nothing, is told."""
        for table, tell in (
            ("transfers", self.transfer), ("subscriptions", self.subscription), ("contracts", self.contract), ("companies", self.company),
        ):  # fmt: skip
            for _ in range(round(self.many(table, month) * shares.get(table, 1.0))):
                tell(month)

    def transfer(self, month: Month) -> Row:
        """A purchase, wages, something between friends, or a payment to another bank, as `bank_transfers` has them."""
        world, rng = self.world, self.rng
        person = customer(world, rng, below(rng, world.people))
        own, draw = world.iban(person), rng.random()
        if draw < 0.6:
            other, amount = world.iban(world.company_account(int(rng.random() ** 3 * world.base_companies))), rng.random() ** 3 * 900 + 2
        elif draw < 0.75:
            own, other = world.iban(world.company_account(int(rng.random() ** 1.5 * world.base_companies))), own
            amount = 900 + rng.random() ** 2 * 6000
        elif draw < 0.9:
            friend = customer(world, rng, world.near(person, rng.random()))
            other, amount = world.iban(friend), 5 + rng.random() ** 4 * 3000
        else:
            other, amount = keys.iban(below(rng, world.people * 3), pick(rng, keys.OTHER_BANKS)), 10 + rng.random() ** 3 * 12000
        return self.move(month, own, other, amount, month.day(rng.random()))

    def move(self, month: Month, own: str, other: str, amount: float, day: date, hour: int | None = None) -> Row:
        rng = self.rng
        at = f"{day.isoformat()} {below(rng, 24) if hour is None else hour:02d}:{below(rng, 60):02d}:{below(rng, 60):02d}"
        euros = f"{amount:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")
        return month.add("transfers", at, own, other, euros, "EUR", f"order {below(rng, 90_000) + 10_000}")

    def person(self) -> tuple[str, str, str, date]:
        """Somebody new: number, given name, surname, birth date."""
        names, rng = self.world.names, self.rng
        self._people += 1
        given = names.given[below(rng, 2)][names.given_skew.draw(rng)]
        born = date(1940, 1, 1) + timedelta(days=below(rng, 22_000))
        return str(_FIRST_PERSON + self._people), given, names.surnames[names.surname_skew.draw(rng)], born

    def phone(self) -> str:
        self._phones += 1
        return keys.phone_e164(self.world.number(_FIRST_PHONE + self._phones))

    def home(self) -> Address:
        return self.world.address(below(self.rng, self.world.households))

    def subscription(self, month: Month, number: str | None = None, role: str = "subscriber") -> Row:
        key, given, surname, born = self.person()
        told = keys.phone_as(number or self.phone(), below(self.rng, 6))
        since = month.day(self.rng.random())
        return month.add(
            "subscriptions", told, role, key, f"{given} {surname}", f"{born:%d/%m/%Y}", *self.home(), f"{since:%d/%m/%Y}", ""
        )  # fmt: skip

    def contract(self, month: Month) -> Row:
        key, given, surname, _ = self.person()
        self._contracts += 1
        home = self.home()
        product = "power" if chance(self.rng, 0.6) else "water"
        told = keys.phone_as(self.phone(), below(self.rng, 6))
        number, since = f"9{self._contracts:09d}", month.day(self.rng.random())
        return month.add("contracts", number, f"K{key}", f"{given} {surname}", product, *home, *home, told, "", since, "")

    def company(self, month: Month, at: Address | None = None) -> Row:
        """A company with its director, who holds its shares; three in ten are at a formation agent's."""
        world, rng = self.world, self.rng
        if at is None:
            agent = world.households + int(rng.random() ** 2 * world.agents)
            at = world.address(agent if chance(rng, 0.3) else below(rng, world.households))
        made = Company(self.company_number(), world.names.company(rng), month.day(rng.random()), at)
        row = self.tell(month, made)
        key, given, surname, born = self.person()
        month.add(
            "officers", made.number, key, "director", surname, given, f"{born:%Y-%m}", *self.home(),
            keys.phone_as(self.phone(), below(rng, 6)), made.since, "",
        )  # fmt: skip
        self.share(month, made.number, key, given, surname, born, made.since)
        self.companies.append(made)
        return row

    def company_number(self) -> str:
        self._companies += 1
        return self.world.company_number(_FIRST_COMPANY + self._companies)

    def tell(self, month: Month, company: Company) -> Row:
        """The company's row, once more if it was told before."""
        at = company.at
        return month.add(
            "companies", company.number, company.name, "active", company.since, at.street, at.number, at.postcode, at.city,
            "50.000,00", "Trade in goods of all kinds",
        )  # fmt: skip

    def share(self, month: Month, company: str, key: str, given: str, surname: str, born: date, since: date) -> Row:
        return month.add("shareholdings", company, "P", key, surname, given, "", f"{born:%Y-%m}", "50,00", since, "")

    def owned(self, month: Month, company: Company, owner: Company, since: date) -> Row:
        return month.add("shareholdings", company.number, "C", owner.number, "", "", owner.name, "", "60,00", since, "")

    def ibans(self, many: int) -> list[str]:
        """Different accounts: of people, or of customers of other banks, about half and half."""
        found: dict[str, None] = {}
        while len(found) < many:
            if chance(self.rng, 0.5):
                found[self.world.iban(customer(self.world, self.rng, below(self.rng, self.world.people)))] = None
            else:
                found[keys.iban(self._others + len(found), pick(self.rng, keys.OTHER_BANKS))] = None
        self._others += len(found)
        return list(found)
