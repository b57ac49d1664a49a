"""How a source tells a person: the true facts, changed by that source's habits (`rates.HABITS`), the same each time it tells the same key.

May import the standard library and this package.
"""

from __future__ import annotations

from datetime import date
from random import Random
from typing import NamedTuple

from graphsvc.sample import mistakes, rates
from graphsvc.sample.places import Address
from graphsvc.sample.streams import Keyed, Scramble, below
from graphsvc.sample.world import NAME_CHANGED, World

_PREFIX = {"vehicle_register": "P", "utility_bills": "K"}


class Told(NamedTuple):
    given: str
    surname: str
    born: date | None
    address: Address
    phone: int | None
    phone_style: int

    def full(self) -> str:
        return f"{self.given} {self.surname}"


class Teller:
    def __init__(self, world: World, source: str) -> None:
        self._world = world
        self._source = source
        self._last = Random()
        self.habits = rates.HABITS[source]
        self._draws = Keyed(world.seed, source, "telling")
        self._numbers = Scramble(100_000_000, world.seed, source, "person-number")

    def number(self, person: int, copy: int = 0) -> int:
        """The source's own number for the person; `copy` 1 is the second one that a few people have."""
        return self._numbers(person + copy * self._world.people)

    def key(self, person: int, copy: int = 0) -> str:
        """The number as the source writes it."""
        return f"{_PREFIX.get(self._source, '')}{self.number(person, copy):08d}"

    def draw(self) -> float:
        """The next draw of the key told last: as repeatable as the telling itself."""
        return self._last.random()

    def tell(self, person: int, number: int) -> Told:
        world, habits = self._world, self.habits
        rng = self._last = self._draws.at(number)
        given, surname = self._name(rng, person)
        careful = bool(world.careful[person])
        born = self._birth(rng, person, careful)
        where = world.household[person]
        if world.former[person] and rng.random() < habits.stale_address and not careful:
            where = world.former[person] - 1
        address = self.misaddressed(rng, world.address(where))
        phone: int | None = world.mobile(person)
        draw = rng.random()
        if careful or draw < 1 - habits.phone_missing - habits.phone_former - habits.landline:
            pass
        elif draw < 1 - habits.phone_missing - habits.phone_former:
            phone = world.landline(world.household[person])
        elif draw < 1 - habits.phone_missing:
            phone = world.former_mobile(person)
        else:
            phone = None
        if habits.phone_missing == 1.0:
            phone = None
        return Told(given, surname, born, address, phone, below(rng, 6))

    def _name(self, rng: Random, person: int) -> tuple[str, str]:
        world, habits = self._world, self.habits
        given = world.given_name(person)
        draw = rng.random()
        if draw < habits.given_error:
            given = mistakes.mistyped(rng, given)
        elif draw < habits.given_error + habits.given_variant:
            given = world.names.variants[world.flags[person] & 1][world.given[person]][below(rng, 2)]
        elif draw < habits.given_error + habits.given_variant + habits.initial:
            given = f"{given[0]}."
        second = world.second_name(person)
        if second:
            draw = rng.random()
            if draw < habits.second_full:
                given = f"{given} {second}"
            elif draw < habits.second_full + habits.second_initial:
                given = f"{given} {second[0]}."
        rank = world.surname[person]
        if world.flags[person] & NAME_CHANGED and rng.random() < habits.stale_name:
            rank = world.maiden[person]
        surname = world.names.surnames[rank]
        draw = rng.random()
        if draw < habits.surname_error:
            surname = mistakes.without_marks(rng, surname) if draw < habits.surname_error / 3 else surname
            surname = surname if surname != world.names.surnames[rank] else mistakes.mistyped(rng, surname)
        if rng.random() < habits.swapped:
            return surname, given
        return given, surname

    def _birth(self, rng: Random, person: int, careful: bool) -> date | None:
        born = self._world.birth(person)
        draw = rng.random()
        if careful:
            return None if self.habits.birth_missing == 1.0 else born
        if draw < self.habits.birth_missing:
            return None
        return mistakes.misdated(rng, born) if draw > 1 - rates.BIRTH_WRONG else born

    def misaddressed(self, rng: Random, address: Address) -> Address:
        if rng.random() >= self.habits.address_error:
            return address
        kind = below(rng, 5)
        if kind < 3:
            return address._replace(street=mistakes.mistyped(rng, address.street))
        if kind == 3:
            return address._replace(number="")
        return address._replace(city=mistakes.mistyped(rng, address.city))
