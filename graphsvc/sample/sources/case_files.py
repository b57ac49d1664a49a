"""case_files: investigations as JSON lines with lists: people by category, their addresses, phones and vehicles. Most are completed.

A person has no number here, only a reference within the case. May import the standard library and graphsvc.sample.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from graphsvc.sample import keys, rates
from graphsvc.sample.output import Output, dated
from graphsvc.sample.places import Address
from graphsvc.sample.streams import Keyed, Scramble, below, chance, pick
from graphsvc.sample.telling import Teller
from graphsvc.sample.world import CasePerson, World

SOURCE = "case_files"
_OFFENCES = ("fraud", "smuggling", "money laundering", "theft", "violence", "forgery", "tax evasion")
_UNITS = ("North Unit", "Harbour Unit", "Economic Crime Unit", "South Unit")


def write(world: World, output: Output) -> None:
    teller, draws = Teller(world, SOURCE), Keyed(world.seed, SOURCE, "rows")
    file = output.lines(f"{SOURCE}/{dated('cases', 'jsonl')}")
    total = world.base_cases + len(world.extra.cases)
    order = Scramble(total, world.seed, SOURCE, "order")
    for i in range(total):
        index = order(i)
        planted = index >= world.base_cases
        rng = draws.at(index)
        people = world.extra.cases[index - world.base_cases] if planted else _people(world, rng)
        opened = rates.AS_OF - timedelta(days=400 + below(rng, 500 if planted else 2200))
        completed = planted or chance(rng, rates.CASE_COMPLETED)
        case_no = world.case_number(index)
        head: dict[str, Any] = {
            "case_no": case_no,
            "status": "completed" if completed else "open",
            "offence": pick(rng, _OFFENCES),
            "unit": {"name": pick(rng, _UNITS)},
            "opened": opened.isoformat(),
            "closed": (opened + timedelta(days=100 + below(rng, 280))).isoformat() if completed else None,
        }
        lists: dict[str, list[Any]] = {"persons": [], "addresses": [], "phones": [], "vehicles": []}
        for n, entry in enumerate(people, 1):
            output.mention(SOURCE, "cases", f"{case_no}/P{n}", entry.person)
            _person(world, teller, index * 16 + n, f"P{n}", entry, completed, lists)
        file.row({**head, **lists})


def _people(world: World, rng: Random) -> list[CasePerson]:
    first = below(rng, world.people)
    found = [CasePerson(first, "suspect")]
    size = 2 + int(rng.random() ** 2 * 7)
    while len(found) < size:
        draw = rng.random()
        partner = world.partner(first)
        if draw < 0.15 and partner is not None:
            other = partner
        else:
            other = world.near(first, rng.random()) if draw < 0.8 else below(rng, world.people)
        if all(other != p.person for p in found):
            found.append(CasePerson(other, pick(rng, ("suspect", "victim", "witness", "witness", "contact", "contact"))))
        else:
            size -= 1
    return found


def _person(world: World, teller: Teller, number: int, ref: str, entry: CasePerson, completed: bool, lists: dict[str, list[Any]]) -> None:
    """Add to the case's lists what it holds about one person; addresses, phones and vehicles say by `person` whose they are."""
    told = teller.tell(entry.person, number)
    draw = teller.draw()
    category = "convicted" if entry.category == "suspect" and completed and draw < 0.5 else entry.category
    born = told.born.isoformat() if told.born else None
    if born and category in ("witness", "contact") and draw > 0.8 and not world.careful[entry.person]:
        born = born[:4] if draw > 0.9 else born[:7]  # nobody asked for their papers
    lists["persons"].append({"ref": ref, "category": category, "name": {"family": told.surname, "given": told.given}, "born": born})
    if category != "contact" or draw >= 0.15 or world.careful[entry.person]:
        lists["addresses"].append(_address(ref, told.address))
    lists["addresses"].extend(_address(ref, world.address(a)) for a in entry.addresses)
    own = [told.phone] if told.phone is not None and not entry.phones else []
    for phone in [*own, *entry.phones]:
        lists["phones"].append({"person": ref, "number": keys.phone_as(keys.phone_e164(phone), told.phone_style)})
    style = ("{0} {1}", "{0}-{1}", "{0}{1}")[number % 3]
    for vehicle in entry.vehicles or ([2 * entry.person] if teller.draw() < 0.3 and world.vehicles(entry.person) else []):
        plate = world.plate(vehicle)
        lists["vehicles"].append({"person": ref, "plate": style.format(plate[:2], plate[2:]), "jurisdiction": keys.JURISDICTION})


def _address(ref: str, a: Address) -> dict[str, str]:
    return {"person": ref, "street": a.street, "no": a.number, "postcode": a.postcode, "town": a.city.upper()}
