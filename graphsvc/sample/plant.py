"""Planted connections: chains of facts between two people of which no source tells more than a part, and their truth.

Three kinds: in an *exact* chain the facts meet in identifiers that both sources write (an address, a phone, a plate, an account); in a
*person* chain they meet in people, whom one must recognise as the same; a *mixed* one has both. None needs plate reads. The facts go to
the sources through `World.extra`, which tell them among all others. May import the standard library and this package.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from tempfile import TemporaryFile
from typing import Any, Self

from graphsvc.sample import keys, rates
from graphsvc.sample.streams import Scramble, below, stream
from graphsvc.sample.telling import Teller
from graphsvc.sample.world import IN_BANK, IN_PHONES, CasePerson, Contract, World

REGISTER, CASES, VEHICLES = "company_register", "case_files", "vehicle_register"
BILLS, PHONES, BANK = "utility_bills", "phone_subscriptions", "bank_transfers"
_TABLES = {REGISTER: "officers", CASES: "cases", VEHICLES: "vehicles", BILLS: "contracts", PHONES: "subscriptions", BANK: "customers"}
Json = dict[str, Any]


class Planter:
    """Plans all planted connections of a world; `truth` tells one after the other, `planted` and `exact` how many there are.

    Until they are told they wait in a temporary file: they would take more memory than all the rest of the world.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.planted = self.exact = 0
        self._truth = TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed by __exit__
        self._rng = stream(world.seed, "planted")
        self._people = self._distinct()
        self._tellers = {source: Teller(world, source) for source in rates.HABITS}
        self._premises = world.planted_premises
        self._at: dict[tuple[str, int], Json] = {}  # where the chain being planned tells each person
        self._used = {"E": 0, "M": 0, "R": 0}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._truth.close()

    def plan(self) -> None:
        count = max(rates.PLANTED_MINIMUM, int(self.world.people * rates.PLANTED_PER_PERSON))
        for n in range(count):
            # a quarter exact, a fifth mixed, the rest by people alone: spread evenly, so that a small world has all kinds too
            turn = n * 7 % 20
            kind = "E" if turn < 5 else "M" if turn < 9 else "R"
            self._at = {}
            makers: tuple[Callable[[], Json], ...] = {
                "E": (self._register_bills_cases, self._vehicles_cases_phones, self._bank_bills_register, self._phones_bills_cases),
                "M": (self._register_bills_person_cases, self._vehicles_cases_person_bank, self._bank_person_bills_phones),
                "R": (self._people_only,),
            }[kind]
            entry = makers[self._used[kind] % len(makers)]()
            self._used[kind] += 1
            told = {"id": n + 1, "kind": {"E": "exact", "M": "mixed", "R": "person"}[kind], "exact": kind == "E", **entry}
            self._truth.write(json.dumps(told, ensure_ascii=False) + "\n")
            self.planted += 1
            self.exact += kind == "E"

    # --- people and things ----------------------------------------------------------------------------------------------------
    def _distinct(self) -> Iterator[int]:
        """Everybody once, far from one another."""
        order = Scramble(self.world.people, self.world.seed, "planted")
        for i in range(self.world.people):
            yield order(i)

    def _person(self) -> int:
        person = next(self._people)
        self.world.careful[person] = 1
        return person

    def _place(self) -> int:
        self._premises += 1
        return self._premises - 1

    def _tell(self, source: str, person: int, key: str | None = None) -> None:
        self._at[source, person] = {"source": source, "table": _TABLES[source], "key": key or self._tellers[source].key(person)}

    def _as_person(self, person: int, *sources: str) -> Json:
        return {"type": "Person", "true_id": f"person/{person}", "told": [self._at[s, person] for s in sources]}

    def _as_address(self, place: int) -> Json:
        return {"type": "Address", "true_id": f"address/{place}", "value": self.world.address(place)._asdict()}

    def _as_phone(self, owner: int) -> Json:
        number = keys.phone_e164(self.world.mobile(owner))
        return {"type": "Phone", "true_id": f"phone/{number}", "value": number}

    def _entry(self, a: tuple[int, str], middle: list[Json], b: tuple[int, str], *sources: str) -> Json:
        (start, from_source), (end, to_source) = a, b
        return {
            "a": f"person/{start}",
            "b": f"person/{end}",
            "links": len(middle) + 1,
            "sources": list(sources),
            "ask": {"from": self._at[from_source, start], "to": self._at[to_source, end]},
            "middle": middle,
        }

    # --- facts ------------------------------------------------------------------------------------------------------------------
    def _company(self, officers: list[int], place: int) -> Json:
        number = self.world.company_number(self.world.base_companies + len(self.world.extra.companies))
        self.world.extra.companies.append((officers, place))
        for person in officers:
            self._tell(REGISTER, person)
        return {"type": "Company", "true_id": f"company/{number}", "value": number}

    def _case(self, people: list[CasePerson]) -> Json:
        number = self.world.case_number(self.world.base_cases + len(self.world.extra.cases))
        bystander = self.world.near(people[0].person, self._rng.random())
        if not self.world.careful[bystander]:
            people = [*people, CasePerson(bystander, "witness")]
        self.world.extra.cases.append(people)
        for n, entry in enumerate(people, 1):
            self._tell(CASES, entry.person, f"{number}/P{n}")
        return {"type": "Investigation", "true_id": f"case/{number}", "value": number}

    def _vehicle(self, owner: int, keeper: int | None) -> tuple[int, Json]:
        vehicle = self.world.planted_vehicle(len(self.world.extra.vehicles))
        self.world.extra.vehicles.append((owner, keeper))
        for person in (owner, keeper):
            if person is not None:
                self._tell(VEHICLES, person)
        plate = self.world.plate(vehicle)
        return vehicle, {"type": "Vehicle", "true_id": f"vehicle/{plate}", "value": plate}

    def _contract(self, contract: Contract) -> None:
        self.world.extra.contracts.append(contract)
        self._tell(BILLS, contract.person)

    def _subscriber(self, person: int) -> None:
        self.world.flags[person] |= IN_PHONES
        self._tell(PHONES, person)

    def _joint_account(self, holder: int, other: int) -> Json:
        # accounts are numbered after all companies, whose number is not known before all chains are planned: filled in by `truth`
        self.world.extra.accounts.append((holder, other))
        for person in (holder, other):
            self._tell(BANK, person)
        return {"type": "Account", "planted": len(self.world.extra.accounts) - 1}

    def truth(self) -> Iterator[Json]:
        """The connections, with the account numbers filled in, which follow from how many companies were planted."""
        self._truth.seek(0)
        for line in self._truth:
            entry: Json = json.loads(line)
            for thing in entry["middle"]:
                if "planted" in thing:
                    iban = self.world.iban(self.world.planted_account(thing.pop("planted")))
                    thing.update(true_id=f"account/{iban}", value=iban)
            yield entry

    def _share(self, source: str, p: int, q: int) -> Json:
        """One thing that this source tells of both."""
        if source == REGISTER:
            return self._company([p, q], self._place())
        if source == CASES:
            return self._case([CasePerson(p, "suspect"), CasePerson(q, "contact" if below(self._rng, 2) else "suspect")])
        if source == VEHICLES:
            return self._vehicle(p, q)[1]
        if source == BILLS:
            place = self._place()
            self._contract(Contract(p, place, "power"))
            self._contract(Contract(q, place, "water"))
            return self._as_address(place)
        if source == PHONES:
            self._subscriber(p)
            self.world.extra.users.append((p, q))
            self._tell(PHONES, q)
            return self._as_phone(p)
        return self._joint_account(p, q)

    # --- exact chains -----------------------------------------------------------------------------------------------------------
    def _register_bills_cases(self) -> Json:
        a, p, b, place = self._person(), self._person(), self._person(), self._place()
        company = self._company([a], place)
        self._contract(Contract(p, place, "power", phone=self.world.mobile(b)))
        self._case([CasePerson(b, "suspect", phones=(self.world.mobile(b),))])
        middle = [company, self._as_address(place), self._as_person(p, BILLS), self._as_phone(b)]
        return self._entry((a, REGISTER), middle, (b, CASES), REGISTER, BILLS, CASES)

    def _vehicles_cases_phones(self) -> Json:
        a, p, b = self._person(), self._person(), self._person()
        vehicle, thing = self._vehicle(a, None)
        self._case([CasePerson(p, "suspect", phones=(self.world.mobile(b),), vehicles=(vehicle,))])
        self._subscriber(b)
        return self._entry((a, VEHICLES), [thing, self._as_person(p, CASES), self._as_phone(b)], (b, PHONES), VEHICLES, CASES, PHONES)

    def _bank_bills_register(self) -> Json:
        a, p, b, place = self._person(), self._person(), self._person(), self._place()
        self.world.flags[a] |= IN_BANK
        self._tell(BANK, a)
        iban = self.world.iban(a)
        self._contract(Contract(p, place, "power", account=a))
        company = self._company([b], place)
        account = {"type": "Account", "true_id": f"account/{iban}", "value": iban}
        middle = [account, self._as_person(p, BILLS), self._as_address(place), company]
        return self._entry((a, BANK), middle, (b, REGISTER), BANK, BILLS, REGISTER)

    def _phones_bills_cases(self) -> Json:
        a, p, b, place = self._person(), self._person(), self._person(), self._place()
        self._subscriber(a)
        self._contract(Contract(p, place, "power", phone=self.world.mobile(a)))
        self._case([CasePerson(b, "suspect", addresses=(place,))])
        middle = [self._as_phone(a), self._as_person(p, BILLS), self._as_address(place)]
        return self._entry((a, PHONES), middle, (b, CASES), PHONES, BILLS, CASES)

    # --- mixed chains -----------------------------------------------------------------------------------------------------------
    def _register_bills_person_cases(self) -> Json:
        a, p, b, place = self._person(), self._person(), self._person(), self._place()
        company = self._company([a], place)
        self._contract(Contract(p, place, "power"))
        case = self._case([CasePerson(p, "suspect"), CasePerson(b, "contact")])
        middle = [company, self._as_address(place), self._as_person(p, BILLS, CASES), case]
        return self._entry((a, REGISTER), middle, (b, CASES), REGISTER, BILLS, CASES)

    def _vehicles_cases_person_bank(self) -> Json:
        a, p, b = self._person(), self._person(), self._person()
        vehicle, thing = self._vehicle(a, None)
        self._case([CasePerson(p, "suspect", vehicles=(vehicle,))])
        account = self._joint_account(p, b)
        return self._entry((a, VEHICLES), [thing, self._as_person(p, CASES, BANK), account], (b, BANK), VEHICLES, CASES, BANK)

    def _bank_person_bills_phones(self) -> Json:
        a, p, b = self._person(), self._person(), self._person()
        account = self._joint_account(a, p)
        self._contract(Contract(p, self._place(), "power", phone=self.world.mobile(b)))
        self._subscriber(b)
        return self._entry((a, BANK), [account, self._as_person(p, BANK, BILLS), self._as_phone(b)], (b, PHONES), BANK, BILLS, PHONES)

    # --- chains through people --------------------------------------------------------------------------------------------------
    def _people_only(self) -> Json:
        left = [REGISTER, CASES, VEHICLES, BILLS, PHONES, BANK]
        first, second, third = (left.pop(below(self._rng, len(left))) for _ in range(3))
        a, p, q, b = self._person(), self._person(), self._person(), self._person()
        things = [self._share(first, a, p), self._share(second, p, q), self._share(third, q, b)]
        middle = [things[0], self._as_person(p, first, second), things[1], self._as_person(q, second, third), things[2]]
        return self._entry((a, first), middle, (b, third), first, second, third)
