"""bank_transfers: one bank's customers and accounts, and transfers as events without a key; amounts as 1.234,56, local times.

May import the standard library and graphsvc.sample.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from graphsvc.sample import keys, rates
from graphsvc.sample.output import Output, Table, dated
from graphsvc.sample.streams import Keyed, Scramble, below, chance, pick, stream, words
from graphsvc.sample.telling import Teller
from graphsvc.sample.world import IN_BANK, World

SOURCE = "bank_transfers"
_CUSTOMERS = words("customer_no kind given_names surname company_name company_no born street number postcode city phone")
_ACCOUNTS = ("iban", "customer_no", "role", "opened_on")
_TRANSFERS = ("booked_at", "from_iban", "to_iban", "amount", "currency", "reference")
_TEXTS = ("invoice {}", "order {}", "rent", "thanks", "", "salary", "card purchase {}")


class _Bank:
    def __init__(self, world: World, output: Output) -> None:
        self.world, self.output = world, output
        self.teller = Teller(world, SOURCE)
        self.seen = bytearray(world.people)
        self.draws = Keyed(world.seed, SOURCE, "rows")
        self.customers = output.table(f"{SOURCE}/{dated('customers')}", _CUSTOMERS)
        self.accounts = output.table(f"{SOURCE}/{dated('accounts')}", _ACCOUNTS)

    def customer(self, person: int) -> str:
        number = self.teller.number(person)
        key = self.teller.key(person)
        if not self.seen[person]:
            self.seen[person] = 1
            told = self.teller.tell(person, number)
            phone = "" if told.phone is None else keys.phone_as(keys.phone_e164(told.phone), told.phone_style)
            self.customers.row(key, "P", told.given, told.surname, "", "", told.born or "", *told.address, phone)
            self.output.mention(SOURCE, "customers", key, person)
        return key

    def company(self, index: int) -> None:
        company = self.world.company(index)
        key = f"{self.teller.number(2 * self.world.people + index):08d}"
        known = key[-1] not in "01"  # most branches wrote the company's number down
        phone = keys.phone_as(keys.phone_e164(self.world.office_phone(index)), index)
        self.customers.row(key, "C", "", "", company.name, company.number if known else "", "", *self.world.address(company.address), phone)
        self.output.company_mention(SOURCE, "customers", key, company.number)
        self.accounts.row(self.world.iban(self.world.company_account(index)), key, "holder", company.since)


def write(world: World, output: Output) -> None:
    bank = _Bank(world, output)
    order = Scramble(world.people, world.seed, SOURCE, "order")
    every = max(1, world.people // max(1, world.base_companies))
    company = planted = 0
    shared = max(1, world.people // max(1, len(world.extra.accounts)))
    for i in range(world.people):
        person = order(i)
        if world.is_(person, IN_BANK):
            key = bank.customer(person)
            rng = bank.draws.at(person)
            opened = rates.AS_OF - timedelta(days=950 + below(rng, 4000))
            bank.accounts.row(world.iban(person), key, "holder", opened)
            partner = world.partner(person)
            if partner is not None and rng.random() < 0.15:
                bank.accounts.row(world.iban(person), bank.customer(partner), "co-holder", opened)
        if i % every == 0 and company < world.base_companies:
            bank.company(company)
            company += 1
        if i % shared == 0 and planted < len(world.extra.accounts):
            _joint(world, bank, planted)
            planted += 1
    for n in range(planted, len(world.extra.accounts)):
        _joint(world, bank, n)
    _transfers(world, output.table(f"{SOURCE}/{dated('transfers')}", _TRANSFERS))


def _joint(world: World, bank: _Bank, n: int) -> None:
    iban = world.iban(world.planted_account(n))
    opened = rates.AS_OF - timedelta(days=950 + below(bank.draws.at(world.planted_account(n)), 1000))
    for person, role in zip(world.extra.accounts[n], ("holder", "co-holder"), strict=True):
        bank.accounts.row(iban, bank.customer(person), role, opened)


def _transfers(world: World, file: Table) -> None:
    rng = stream(world.seed, SOURCE, "transfers")
    people, companies = world.people, world.base_companies
    start = datetime(2024, 4, 1)
    for _ in range(int(people * rates.TRANSFERS_PER_PERSON)):
        person = customer(world, rng, below(rng, people))
        own = world.iban(person)
        draw = rng.random()
        if draw < 0.55:  # shops: a few have most of the customers
            other = world.iban(world.company_account(int(rng.random() ** 3 * companies)))
            amount = rng.random() ** 3 * 900 + 2
        elif draw < 0.70:  # wages
            own, other = world.iban(world.company_account(int(rng.random() ** 1.5 * companies))), own
            amount = 900 + rng.random() ** 2 * 6000
        elif draw < 0.85:  # friends, mostly near
            friend = customer(world, rng, world.near(person, rng.random()))
            other = world.iban(friend)
            amount = 5 + rng.random() ** 4 * 3000
        else:  # other banks: accounts that no file describes
            other = keys.iban(below(rng, people * 3), pick(rng, keys.OTHER_BANKS))
            amount = 10 + rng.random() ** 3 * 12000
            if rng.random() < 0.4:
                own, other = other, own
        at = start + timedelta(seconds=below(rng, 90 * 86_400))
        text = pick(rng, _TEXTS).format(below(rng, 90_000) + 10_000)
        euros = f"{amount:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")
        row = (f"{at:%Y-%m-%d %H:%M:%S}", own, other, euros, "EUR", text)
        file.row(*row)
        if chance(rng, rates.EQUAL_EVENT):
            file.row(*row)


def customer(world: World, rng: Random, person: int) -> int:
    """The person, or the next one who has an account."""
    while not world.is_(person, IN_BANK):
        person = (person + 1) % world.people
    return person
