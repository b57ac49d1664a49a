"""plate_reads: events without a key; CSV.gz, local times without offset, lon/lat, "NA" where the place is unknown, some rows twice.

Each read refers to two photographs by SHA-256; they lie in `photos/plate_reads/`, drawings of which many reads share one.
The policy of such a source allows exact look-ups only, so no planted connection needs it.
May import the standard library and graphsvc.sample.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from graphsvc.sample import keys, rates
from graphsvc.sample.output import Output, dated
from graphsvc.sample.pictures import pictures
from graphsvc.sample.streams import below, chance, pick, stream
from graphsvc.sample.world import World

SOURCE = "plate_reads"
_COLUMNS = ("read_at", "device", "plate", "jurisdiction", "confidence", "lon", "lat", "street", "city", "photo_overview", "photo_plate")
_SECONDS = 29 * 86_400  # June only: no hour is there twice or missing


def write(world: World, output: Output) -> None:
    rng = stream(world.seed, SOURCE)
    shots = stream(world.seed, SOURCE, "photos")
    overviews, plates = ([output.photo(SOURCE, png) for png in pictures(world.seed, kind)] for kind in ("overview", "plate"))
    file = output.table(f"{SOURCE}/{dated('reads', 'csv.gz')}", _COLUMNS)
    devices = [f"CAM-{n:04d}" for n in range(max(6, world.people // 4_000))]
    start = datetime(2024, 6, 1)
    for _ in range(int(world.people * rates.READS_PER_PERSON)):
        person = int(rng.random() ** 1.5 * world.people)  # some drive much more than others
        while not world.vehicles(person):
            person = (person + 1) % world.people
        vehicle = 2 * person + (1 if world.vehicles(person) > 1 and rng.random() < 0.3 else 0)
        plate, jurisdiction = world.plate(vehicle), keys.JURISDICTION
        draw = rng.random()
        if draw < 0.04:
            jurisdiction = pick(rng, keys.OTHER_JURISDICTIONS)
        elif draw < 0.06:
            jurisdiction = "NA"
        confidence = 0.80 + rng.random() * 0.20
        if rng.random() < 0.02:  # the camera takes one character for another
            at = below(rng, len(plate))
            plate, confidence = plate[:at] + pick(rng, "8B0D5S") + plate[at + 1 :], confidence - 0.3
        if rng.random() < rates.READ_WITHOUT_PLACE:
            lon, lat, street, city = "NA", "NA", "NA", "NA"
        else:
            where = int(rng.random() * world.households)
            x, y = world.places.point(where)
            address = world.address(where)
            lon, lat, street, city = f"{x:.6f}", f"{y:.6f}", address.street, address.city
        at_time = start + timedelta(seconds=below(rng, _SECONDS))
        row = (
            f"{at_time:%d/%m/%Y %H:%M:%S}", pick(rng, devices), plate, jurisdiction, f"{confidence:.2f}",
            lon, lat, street, city, pick(shots, overviews), pick(shots, plates),
        )  # fmt: skip
        file.row(*row)
        if chance(rng, rates.EQUAL_EVENT):
            file.row(*row)
