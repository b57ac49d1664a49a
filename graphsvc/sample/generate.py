"""Makes a world and has its eight sources tell it, then writes the truth and the manifest.

May import the standard library, graphsvc.errors and this package.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from graphsvc.errors import Conflict, InputError
from graphsvc.sample import anomalies as planted_anomalies
from graphsvc.sample import rates
from graphsvc.sample.anomalies import Anomalies
from graphsvc.sample.months import MOST_MONTHS, Months
from graphsvc.sample.output import Manifest, Output, Progress, dated
from graphsvc.sample.plant import Planter
from graphsvc.sample.sources import (
    bank_transfers,
    border_crossings,
    case_files,
    company_register,
    phone_subscriptions,
    plate_reads,
    utility_bills,
    vehicle_register,
)
from graphsvc.sample.streams import words
from graphsvc.sample.world import World

_WRITERS = (
    company_register, case_files, vehicle_register, plate_reads, utility_bills, phone_subscriptions, bank_transfers, border_crossings,
)  # fmt: skip
SOURCES = tuple(writer.SOURCE for writer in _WRITERS)
MINIMUM_PEOPLE = 100
_PUBLISHED = 5  # bearers: fewer could be told from each other
MAXIMUM_PEOPLE = 5_000_000  # some 57 million rows; the street names of the largest city last for not many more


def _nothing(_file: str, _rows: int) -> None:
    pass


def generate(
    people: int, seed: int, out: Path, progress: Progress = _nothing, *, months: int = 0, anomalies: int = 0, force: bool = False
) -> Manifest:
    """Write the sample world into the folder `out`: a folder a source, `photos/`, `statistics/`, `truth/`, and last of all `manifest.json`.

    With `months`, planted changes of so many months besides, in `months/`; with `anomalies`, two years of ordinary months and so many in
    which something stands out, in `anomalies/`. The same people, seed and generator version give the same bytes.
    `progress` is called with a file's name and the rows that were added to it. Raises InputError for a number of people outside 100 to
    5,000,000, months or anomalies outside 0 to 24, or a negative seed, Conflict when `out` is a file, or holds something and `force` is not
    set (with it, files of the same names are replaced).
    """
    if not MINIMUM_PEOPLE <= people <= MAXIMUM_PEOPLE:
        raise InputError(
            f"A sample world of {people:,} people can't be made.", hint=f"Give a number from {MINIMUM_PEOPLE:,} to {MAXIMUM_PEOPLE:,}."
        )
    if not 0 <= months <= MOST_MONTHS:
        raise InputError(f"{months} months of changes can't be made.", hint=f"Give a number from 0 to {MOST_MONTHS}.")
    if not 0 <= anomalies <= planted_anomalies.MOST_MONTHS:
        raise InputError(
            f"{anomalies} months of anomalies can't be made.", hint=f"Give a number from 0 to {planted_anomalies.MOST_MONTHS}."
        )
    if seed < 0:
        raise InputError(f"The seed {seed} is negative.", hint="Give 0 or more.")
    if out.exists() and not out.is_dir():
        raise Conflict(f"{out} is a file, not a folder.", hint="Name a new or empty folder.")
    if out.is_dir() and any(out.iterdir()) and not force:
        raise Conflict(f"The folder {out} is not empty.", hint="Name a new folder, or replace its sample files with --force.")
    out.mkdir(parents=True, exist_ok=True)
    (out / "manifest.json").unlink(missing_ok=True)  # its presence says that the files beside it are complete

    world = World(people, seed)
    with Planter(world) as planter, Output(out, progress) as output:
        planter.plan()
        for writer in _WRITERS:
            writer.write(world, output)
        _people(world, output)
        _statistics(world, output)
        truth = output.lines("truth/planted.jsonl")
        for connection in planter.truth():
            truth.row(connection)
        output.finish()
        if months:
            Months(world, months).write(output, out / company_register.SOURCE / dated("shareholdings"))
            output.finish()
        if anomalies:
            Anomalies(world, anomalies).write(output)
            output.finish()
    manifest = Manifest(
        rates.VERSION, people, seed, rates.AS_OF.isoformat(), planter.planted, planter.exact, tuple(output.written), tuple(output.photos)
    )
    manifest.write(out)
    return manifest


def _statistics(world: World, output: Output) -> None:
    """What a statistics office publishes: how many bear a name, where there are several."""
    surnames = world.names.surnames
    borne = {"given": Counter(map(world.given_name, range(world.people))), "family": Counter(surnames[n] for n in world.surname)}
    for kind, counts in borne.items():
        table = output.table(f"statistics/{kind}_names.csv", ["name", "people"])
        for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            if count >= _PUBLISHED:
                table.row(name, count)


def _people(world: World, output: Output) -> None:
    """Who there truly is, for measuring."""
    columns = words("true_id given second surname maiden born household street number postcode city")
    table = output.table("truth/people.csv", columns)
    surnames = world.names.surnames
    for p in range(world.people):
        home = world.household[p]
        table.row(
            f"person/{p}", world.given_name(p), world.second_name(p), surnames[world.surname[p]], surnames[world.maiden[p]], world.birth(p),
            home, *world.address(home),
        )  # fmt: skip
