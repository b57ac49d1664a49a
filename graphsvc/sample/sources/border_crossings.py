"""border_crossings: who crossed where, when and with which vehicle; CSV, dates yyyymmdd, times with offset, surnames in capitals.

The policy of such a source allows pointers only: that a record exists, and whom to ask. So no planted connection needs it, and its
truth is in a file of its own. May import the standard library and graphsvc.sample.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from graphsvc.sample import keys, rates
from graphsvc.sample.output import Output, dated
from graphsvc.sample.streams import Scramble, below, chance, pick, stream, words
from graphsvc.sample.telling import Teller
from graphsvc.sample.world import World

SOURCE = "border_crossings"
_COLUMNS = words("crossing_no crossed_at point direction traveller_no document_no surname given born plate jurisdiction")
_MINUTES = 28 * 24 * 60  # June only, as the plate reads: the country's clocks are two hours ahead of UTC all month
_POINTS = ("Ferry Port", "Airport", "Bridge")


class _Border:
    def __init__(self, world: World, output: Output) -> None:
        self.world = world
        self.teller = Teller(world, SOURCE)
        self.documents = Scramble(100_000_000, world.seed, SOURCE, "document")
        self.seen = bytearray(world.people)
        self.file = output.table(f"{SOURCE}/{dated('crossings')}", _COLUMNS)
        self.truth = output.table("truth/crossings.csv", ("source", "table", "key", "type", "true_id"))
        self.points = [f"{city} {kind}" for kind in _POINTS for city in world.names.cities[:4]]

    def row(self, person: int, at: datetime, point: str, direction: str, vehicle: int | None) -> None:
        number = self.teller.number(person)
        told = self.teller.tell(person, number)
        key = self.teller.key(person)
        if not self.seen[person]:
            self.seen[person] = 1
            self.truth.row(SOURCE, "crossings", key, "Person", f"person/{person}")
        plate = self.world.plate(vehicle) if vehicle is not None else ""
        self.file.row(
            f"BC{self.file.rows + 1:08d}", f"{at:%Y-%m-%d %H:%M} +02:00", point, direction,
            key, keys.document(self.documents(person)), told.surname.upper(), told.given, f"{told.born:%Y%m%d}" if told.born else "",
            f"{plate[:2]}-{plate[2:]}" if plate else "", keys.JURISDICTION if plate else "",
        )  # fmt: skip


def write(world: World, output: Output) -> None:
    rng, border = stream(world.seed, SOURCE), _Border(world, output)
    start = datetime(2024, 6, 1)
    for _ in range(int(world.people * rates.CROSSINGS_PER_PERSON)):
        person = below(rng, world.people)
        by_car = chance(rng, rates.CROSSING_BY_CAR) and world.vehicles(person)
        vehicle = 2 * person if by_car else None
        left = start + timedelta(minutes=below(rng, _MINUTES))
        back = left + timedelta(minutes=60 + below(rng, 7 * 24 * 60))
        point, other = pick(rng, border.points), pick(rng, border.points)
        border.row(person, left, point, "out", vehicle)
        if chance(rng, rates.CROSSING_RETURN) and (back - start).days < 29:
            border.row(person, back, other, "in", vehicle)
