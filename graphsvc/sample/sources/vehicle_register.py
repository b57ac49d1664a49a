"""vehicle_register: who owns and who keeps which vehicle; CSV `,`, UTF-8 with BOM, "SURNAME, Given", dates dd.mm.yyyy, street in capitals.

May import the standard library and graphsvc.sample.
"""

from __future__ import annotations

from datetime import timedelta

from graphsvc.sample import keys, rates
from graphsvc.sample.output import Output, dated
from graphsvc.sample.streams import Keyed, Scramble, below, chance, pick, words
from graphsvc.sample.telling import Teller
from graphsvc.sample.world import World

SOURCE = "vehicle_register"
_COLUMNS = words(
    "plate jurisdiction vin make model colour first_registered role holder_kind holder_no "
    "holder_name holder_born company_no street number postcode city held_from held_to"
)
_MAKES = (("Velda", "Fjord"), ("Velda", "Sund"), ("Norka", "N4"), ("Norka", "N6"), ("Tavik", "Hauler"), ("Ossa", "Mini"))
_COLOURS = ("black", "white", "grey", "blue", "red", "green")


class _Register:
    def __init__(self, world: World, output: Output) -> None:
        self.world, self.output = world, output
        self.teller = Teller(world, SOURCE)
        self.draws = Keyed(world.seed, SOURCE, "rows")
        self.seen = bytearray(world.people)
        self.file = output.table(f"{SOURCE}/{dated('vehicles')}", _COLUMNS, encoding="utf-8-sig")

    def vehicle(self, index: int, owner: int | None, keeper: int | None, company: int | None = None, *, planted: bool = False) -> None:
        rng = self.draws.at(index)
        plate = self.world.plate(index)
        make, model = pick(rng, _MAKES)
        colour = pick(rng, _COLOURS)
        first = rates.AS_OF - timedelta(days=1000 + below(rng, 4000))
        held = first if planted or chance(rng, 0.5) else rates.AS_OF - timedelta(days=below(rng, 1500))
        head = (f"{plate[:2]} {plate[2:]}", keys.JURISDICTION, keys.vin(index), make, model, colour, f"{first:%d.%m.%Y}")
        period = (f"{max(first, held):%d.%m.%Y}", "")
        if company is not None:
            c = self.world.company(company)
            told = self.world.address(c.address)
            known = rng.random() < 0.7
            key = f"C{self.teller.number(self.world.people * 2 + company):08d}"
            self.output.company_mention(SOURCE, "vehicles", key, c.number)
            self.file.row(*head, "owner", "C", key, c.name.upper(), "", c.number if known else "", told.street.upper(), *told[1:], *period)
        if owner is not None:
            self._holder(head, "owner", owner, period)
        if keeper is not None:
            self._holder(head, "keeper", keeper, period)

    def _holder(self, head: tuple[str, ...], role: str, person: int, period: tuple[str, str]) -> None:
        number = self.teller.number(person)
        told = self.teller.tell(person, number)
        key = self.teller.key(person)
        if not self.seen[person]:
            self.seen[person] = 1
            self.output.mention(SOURCE, "vehicles", key, person)
        born = f"{told.born:%d.%m.%Y}" if told.born else ""
        name = f"{told.surname.upper()}, {told.given}"
        self.file.row(*head, role, "P", key, name, born, "", told.address.street.upper(), *told.address[1:], *period)


def write(world: World, output: Output) -> None:
    register = _Register(world, output)
    everybody = Scramble(world.people, world.seed, SOURCE, "order")
    extra = world.extra.vehicles
    # planted vehicles and companies' ones stand between the others, not in a block of their own
    every = max(1, world.people // max(1, len(extra) + world.base_companies * 2 // 5))
    others = iter([(world.planted_vehicle(n), *pair) for n, pair in enumerate(extra)])
    company = 0
    for i in range(world.people):
        person = everybody(i)
        count = world.vehicles(person)
        for n in range(count):
            shared = world.partner(person) if (person + n) % 8 == 0 else None
            register.vehicle(2 * person + n, person, shared)
        if i % every == 0:
            planted = next(others, None) if i // every % 3 == 0 else None
            if planted is not None:
                register.vehicle(planted[0], planted[1], planted[2], planted=True)
            elif company < world.base_companies:
                register.vehicle(2 * world.people + company, None, None, company)
                company += 2
    for index, owner, keeper in others:
        register.vehicle(index, owner, keeper, planted=True)
