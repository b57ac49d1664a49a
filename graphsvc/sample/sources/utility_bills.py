"""utility_bills: contracts for power and water; CSV `|`, one name field, often only an initial, no birth date, supply and billing address.

May import the standard library and graphsvc.sample.
"""

from __future__ import annotations

from datetime import date, timedelta

from graphsvc.sample import keys, rates
from graphsvc.sample.output import Output, dated
from graphsvc.sample.places import Address
from graphsvc.sample.streams import Keyed, Scramble, below, words
from graphsvc.sample.telling import Teller
from graphsvc.sample.world import IN_BANK, Contract, World

SOURCE = "utility_bills"
_COLUMNS = words(
    "contract_no customer_no account_holder product supply_street supply_number supply_postcode supply_city billing_street "
    "billing_number billing_postcode billing_city phone direct_debit_iban period_from period_to"
)


class _Utility:
    def __init__(self, world: World, output: Output) -> None:
        self.world, self.output = world, output
        self.teller = Teller(world, SOURCE)
        self.draws = Keyed(world.seed, SOURCE, "rows")
        self.supplies = Keyed(world.seed, SOURCE, "supply")
        self.contract_numbers = Scramble(1_000_000_000, world.seed, SOURCE, "contract")
        self.seen = bytearray(world.people)
        self.file = output.table(f"{SOURCE}/{dated('contracts')}", _COLUMNS, delimiter="|")

    def contract(self, index: int, c: Contract, start: date, end: date | None, *, at_home: bool) -> None:
        world = self.world
        number = self.teller.number(c.person)
        told = self.teller.tell(c.person, number)
        key = self.teller.key(c.person)
        if not self.seen[c.person]:
            self.seen[c.person] = 1
            self.output.mention(SOURCE, "contracts", key, c.person)
        supply = world.address(c.supply)
        if at_home:
            supply = self.teller.misaddressed(self.supplies.at(index), supply)
        phone = c.phone if c.phone is not None else told.phone
        written = "" if phone is None else keys.phone_as(keys.phone_e164(phone), told.phone_style)
        account = c.account
        if account is None and world.is_(c.person, IN_BANK) and number % 100 < 35:
            account = c.person
        iban = "" if account is None else world.iban(account)
        spaced = " ".join(iban[i : i + 4] for i in range(0, len(iban), 4))
        self.file.row(
            f"{self.contract_numbers(index):09d}", key, told.full(), c.product, *self._as_printed(supply), *self._as_printed(told.address),
            written, spaced, start, end or "",
        )  # fmt: skip

    @staticmethod
    def _as_printed(a: Address) -> Address:
        return Address(a.street, a.number.lower(), a.postcode, a.city)


def write(world: World, output: Output) -> None:
    utility = _Utility(world, output)
    homes = Scramble(world.households, world.seed, SOURCE, "order")
    extra = world.extra.contracts
    every = max(1, world.households // max(1, len(extra)))
    given = 0
    for i in range(world.households):
        home = homes(i)
        rng = utility.draws.at(home)
        members = world.members(home)
        holder = members[0]
        since = rates.AS_OF - timedelta(days=60 + below(rng, 1700))
        water = rng.random()
        moved_out = rng.random()
        stayed = below(rng, 1500)
        utility.contract(4 * home, Contract(holder, home, "power"), since, None, at_home=True)
        if water < 0.7:
            payer = members[1] if len(members) > 1 and water < 0.3 else holder
            utility.contract(4 * home + 1, Contract(payer, home, "water"), since, None, at_home=True)
        if world.former[holder] and moved_out < 0.5:
            former = Contract(holder, world.former[holder] - 1, "power")
            utility.contract(4 * home + 2, former, since - timedelta(days=stayed + 30), since, at_home=False)
        if i % every == 0 and given < len(extra):
            _planted(world, utility, given)
            given += 1
    for n in range(given, len(extra)):
        _planted(world, utility, n)


def _planted(world: World, utility: _Utility, n: int) -> None:
    since = rates.AS_OF - timedelta(days=700 + below(utility.draws.at(4 * (world.households + n)), 500))
    utility.contract(4 * (world.households + n), world.extra.contracts[n], since, None, at_home=False)
