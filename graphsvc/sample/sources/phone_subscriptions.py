"""phone_subscriptions: who pays for and who uses which number; tab separated, one name field, national and international notations.

May import the standard library and graphsvc.sample.
"""

from __future__ import annotations

from datetime import date, timedelta

from graphsvc.sample import keys, rates
from graphsvc.sample.output import Output, dated
from graphsvc.sample.streams import Keyed, Scramble, below, words
from graphsvc.sample.telling import Teller
from graphsvc.sample.world import IN_PHONES, World

SOURCE = "phone_subscriptions"
_COLUMNS = words("number role customer_no name born street house_no postcode town valid_from valid_to")


class _Operator:
    def __init__(self, world: World, output: Output) -> None:
        self.world, self.output = world, output
        self.teller = Teller(world, SOURCE)
        self.draws = Keyed(world.seed, SOURCE, "rows")
        self.seen = bytearray(world.people)
        self.file = output.table(f"{SOURCE}/{dated('subscriptions', 'tsv')}", _COLUMNS, delimiter="\t")

    def row(self, phone: int, role: str, person: int, start: date, end: date | None, copy: int = 0) -> None:
        number = self.teller.number(person, copy)
        told = self.teller.tell(person, number)
        key = self.teller.key(person, copy)
        if not self.seen[person] & (1 << copy):
            self.seen[person] |= 1 << copy
            self.output.mention(SOURCE, "subscriptions", key, person)
        born = f"{told.born:%d/%m/%Y}" if told.born else ""
        name = told.full() if number % 9 else told.full().upper()
        written = keys.phone_as(keys.phone_e164(phone), phone)
        until = f"{end:%d/%m/%Y}" if end else ""
        self.file.row(written, role, key, name, born, *told.address, f"{start:%d/%m/%Y}", until)


def write(world: World, output: Output) -> None:
    operator = _Operator(world, output)
    users = dict(world.extra.users)
    order = Scramble(world.people, world.seed, SOURCE, "order")
    for i in range(world.people):
        person = order(i)
        planted = users.get(person)
        if not world.is_(person, IN_PHONES) and planted is None:
            continue
        rng = operator.draws.at(person)
        start = rates.AS_OF - timedelta(days=900 + below(rng, 2000))
        family, former, second, landline = rng.random(), rng.random(), rng.random(), rng.random()
        phone = world.mobile(person)
        operator.row(phone, "subscriber", person, start, None)
        if planted is not None:
            operator.row(phone, "user", planted, start, None)
            continue
        partner = world.partner(person)
        if family < 0.06 and partner is not None:
            operator.row(phone, "user", partner, start, None)
        if former < 0.12:
            copy = 1 if second < 4 * rates.SECOND_KEY and not world.careful[person] else 0
            operator.row(world.former_mobile(person), "subscriber", person, start - timedelta(days=800), start, copy)
        if landline < 0.25 and person == world.members(world.household[person])[0]:
            operator.row(world.landline(world.household[person]), "subscriber", person, start, None)
