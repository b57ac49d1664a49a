"""Decisions rest on evidence besides the name, follow from the two rows alone, and stop at contradictions."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from graphsvc.errors import InputError
from graphsvc.resolution.decisions import Decision, Resolution
from graphsvc.resolution.explain import explain
from graphsvc.resolution.model import Weight, built_in, load_model
from graphsvc.resolution.resolve import resolve_organisations, resolve_people, weigh
from tests.resolution.tables import REFERENCE, address, organisations, people, person

HOME = address("Bøgegade", "3", "10200")
RARE = "Tjugastild Klaremby"


def resolve(table: pa.Table, **more: Any) -> Resolution:
    return resolve_people(table, reference=REFERENCE, **more)


def only(found: Resolution) -> Decision:
    assert len(found.decisions) == 1, list(found.decisions)
    return found.decisions[0]


def levels(decision: Decision) -> dict[str, str]:
    return {comparison.name: comparison.level for comparison in decision.comparisons}


def test_a_name_and_a_date_of_birth_are_the_same_person() -> None:
    decision = only(resolve(people(person("bank/1", "Søren Klaremby", "1971-03-04"), person("cars/2", "KLAREMBY, Soeren", "1971-03-04"))))
    assert (decision.a, decision.b, decision.verdict) == ("bank/1", "cars/2", "same")
    assert decision.corroborated_by == ("birth_date",)
    assert decision.bits == pytest.approx(sum(c.bits for c in decision.comparisons))
    assert decision.score == pytest.approx(1 / (1 + 2**-decision.bits))
    assert decision.model == built_in("people").name
    born = next(c for c in decision.comparisons if c.name == "birth_date")
    assert (born.level, born.a, born.b) == ("day", "1971-03-04", "1971-03-04")


def test_a_name_alone_is_never_the_same_whatever_its_score() -> None:
    rare = replace(REFERENCE, unlisted={"given": 1e-9, "family": 1e-9, "core": 1e-9})
    decision = only(resolve_people(people(person("bank/1", RARE), person("cars/2", RARE)), reference=rare))
    assert decision.bits > 30
    assert decision.verdict == "possible" and decision.corroborated_by == ()
    assert decision.name_share == pytest.approx(1e-18)


def test_namesakes_with_a_common_name_are_not_even_candidates() -> None:
    assert len(resolve(people(person("bank/1", "Anna Hansen"), person("cars/2", "Anna Hansen"))).decisions) == 0


def test_a_month_of_birth_alone_does_not_corroborate() -> None:
    told = (person("bank/1", RARE, "1971-03-04"), person("firms/2", RARE, "1971-03"))
    assert only(resolve(people(*told))).verdict == "possible"
    housed = tuple({**row, "addresses": [address("Bøgegade", house, "10200")]} for row, house in zip(told, ("3", "9"), strict=True))
    assert set(only(resolve(people(*housed))).corroborated_by) == {"birth_date", "address"}


def test_husband_and_wife_are_two() -> None:
    rows = [
        person("bank/1", "Anna Klaremby", "1971-03-04", addresses=[HOME], phones=["+4456000001"], accounts=["XV1"]),
        person("power/2", "Peter Klaremby", None, addresses=[HOME], phones=["+4456000001"], accounts=["XV1"]),
    ]
    assert resolve(people(*rows)).decisions.pairs("same") == []


def test_equal_identifiers_decide_even_without_a_name() -> None:
    rows = [person("a/1", "Anna Hansen", identifiers=["passport|P1|XV"]), person("b/2", None, identifiers=["passport|P1|XV"])]
    decision = only(resolve(people(*rows)))
    assert decision.verdict == "same" and decision.corroborated_by == ("identifier",)


def test_conflicting_identifiers_keep_apart() -> None:
    rows = [
        person("a/1", RARE, "1971-03-04", addresses=[HOME], phones=["+44560001"], identifiers=["tax|111222333|XV"]),
        person("b/2", RARE, "1971-03-04", addresses=[HOME], phones=["+44560001"], identifiers=["tax|999888777|XV"]),
    ]
    found = resolve(people(*rows))
    assert found.decisions.pairs("same") == []
    assert [(c.kind, c.a, c.b, c.blocked) for c in found.contradictions] == [("identifier", "a/1", "b/2", ("a/1", "b/2"))]
    assert found.decisions[0].contradicted


def test_a_cluster_does_not_grow_past_a_contradiction() -> None:
    """The middle one, without a birth date, fits both; they can't both be it."""
    rows = [
        person("a/1", RARE, "1971-03-04", addresses=[HOME], phones=["+44560001"]),
        person("b/2", RARE, addresses=[HOME], phones=["+44560001"], accounts=["XV1"]),
        person("c/3", RARE, "1998-11-27", addresses=[HOME], phones=["+44560001"], accounts=["XV1"]),
    ]
    found = resolve(people(*rows))
    assert len(found.decisions.pairs("same")) == 1
    assert {c.kind for c in found.contradictions} == {"birth_date"}
    assert found.contradictions[0].sentence() == "a/1 and c/3 have two dates of birth: 1971-03-04 and 1998-11-27."


def test_homes_in_two_countries_in_one_month_contradict() -> None:
    def told(id: str, country: str, since: str) -> dict[str, Any]:
        return person(id, RARE, "1971-03-04", addresses=[{**HOME, "country": country, "since": since, "until": None}])

    assert resolve(people(told("a/1", "XV", "2020-05-02"), told("b/2", "DK", "2020-05-20"))).contradictions[0].kind == "residence"
    assert resolve(people(told("a/1", "XV", "2020-05-02"), told("b/2", "DK", "2020-06-20"))).contradictions == ()


def test_every_pair_of_a_cluster_is_kept() -> None:
    rows = [person(f"{source}/1", RARE, "1971-03-04", phones=["+44560001"]) for source in "abcd"]
    assert len(resolve(people(*rows)).decisions.pairs("same")) == 6


def test_one_record_that_names_two_means_two() -> None:
    rows = [person(f"cases/{ref}", RARE, "1971-03", addresses=[HOME], records=["cases/record/1"], numbered=False) for ref in ("P1", "P2")]
    assert resolve(people(*rows)).decisions.pairs("same") == []


def test_a_record_of_what_both_have_means_nothing() -> None:
    """A row that tells of an address or a phone of two names neither of them."""
    rows = [
        person(f"{s}/1", RARE, "1971-03-04", phones=["+44560001"], records=[f"{s}/record/1", "x/record/7"], named_in=[f"{s}/record/1"])
        for s in "ab"
    ]
    assert resolve(people(*rows)).decisions.pairs("same") == [("a/1", "b/1")]


def test_towns_and_birth_dates_that_are_near_corroborate_together_and_not_alone() -> None:
    def told(a: str, b: str) -> tuple[str, ...]:
        rows = [person("a/1", RARE, "1971-03-04", addresses=[{"city": a}]), person("b/2", RARE, "1971-11-20", addresses=[{"city": b}])]
        return only(resolve(people(*rows))).corroborated_by

    assert told("Friborg", "Sandvig") == ()
    learned = replace(
        built_in("people"),
        weights={
            **built_in("people").weights,
            "birth_date": {**built_in("people").weights["birth_date"], "near": Weight(0.2, 0.04)},
            "address": {**built_in("people").weights["address"], "alike_town": Weight(0.3, 0.04)},
        },
    )
    rows = [
        person(f"{s}/1", RARE, d, addresses=[{"city": c}]) for s, d, c in (("a", "1971-03-04", "Friborg"), ("b", "1971-11-20", "Fribrog"))
    ]
    assert only(resolve(people(*rows), model=learned)).corroborated_by == ("address", "birth_date")


def test_one_word_is_not_both_names() -> None:
    """Klaremby, the family name of the one and the given name of the other, agrees once."""
    rows = [person("a/1", "Tjugastild Klaremby", "1971-03-04"), person("b/2", "Klaremby Hansen", "1971-03-04")]
    found = levels(weigh("people", people(*rows)).decision)
    assert (found["family_name"], found["given_name"]) == ("elsewhere", "different")


def test_two_numbers_of_one_source_are_evidence_against() -> None:
    def total(second: str) -> float:
        return only(resolve(people(person("bank/1", RARE, "1971-03-04"), person(second, RARE, "1971-03-04")))).bits

    assert total("cars/2") - total("bank/2") == pytest.approx(4.0)


def test_initials_short_forms_and_scripts_agree() -> None:
    rows = [
        person("a/1", "Robert Klaremby", "1971-03-04"),
        person("b/2", "Bob Klaremby", "1971-03-04"),
        person("c/3", "R. Klaremby", "1971-03-04"),
        person("d/4", "Роберт Кларемби", "1971-03-04"),
    ]
    found = {(d.a, d.b): levels(d)["given_name"] for d in resolve(people(*rows)).decisions}
    assert found["a/1", "b/2"] == "short"
    assert found["a/1", "c/3"] == "initial"
    assert found["a/1", "d/4"] == "equal"


def test_a_name_told_the_wrong_way_round_is_turned_by_the_table_of_names() -> None:
    told = [person("a/1", "Anna Hansen", "1971-03-04", addresses=[HOME]), person("b/2", "Hansen Amna", None, addresses=[HOME])]
    assert levels(only(resolve(people(*told))))["given_name"] == "close_tied"
    # What the source tells in two fields, and what the table does not list, stays as it is.
    fields = {**told[1], "first": "Hansen", "last": "Amna"}
    assert len(resolve(people(told[0], fields)).decisions.pairs("same")) == 0
    assert len(resolve_people(people(*told), reference=replace(REFERENCE, family={}, given={})).decisions.pairs("same")) == 0


def test_the_best_of_several_names_counts() -> None:
    rows = [{**person("a/1", "Anna Jensen", "1971-03-04"), "names": ["Anna Jensen", RARE]}, person("b/2", RARE, "1971-03-04")]
    decision = only(resolve(people(*rows)))
    assert levels(decision)["family_name"] == "equal"
    assert decision.name_share == pytest.approx(1e-9)


def test_a_common_name_weighs_less_than_a_rare_one() -> None:
    def total(name: str) -> float:
        return only(resolve(people(person("a/1", name, "1971-03-04"), person("b/2", name, "1971-03-04")))).bits

    assert total(RARE) - total("Anna Hansen") == pytest.approx(18.6, abs=0.1)  # log2 of 1e-4 / 1e-2 and 1e-5 / 4e-2


def crowd(seed: int, size: int = 120) -> list[dict[str, Any]]:
    draw = random.Random(seed)
    rows = []
    for n in range(size):
        given, family = draw.choice(["Anna", "Peter", "Maria", "Tove", "Aase"]), draw.choice(["Hansen", "Jensen", "Klaremby", "Lund"])
        for source in draw.sample("abcd", 2):
            rows.append(
                person(
                    f"{source}/{n:03}",
                    draw.choice([f"{given} {family}", f"{family}, {given}", f"{given[0]}. {family}"]),
                    draw.choice([f"19{50 + n % 40}-0{1 + n % 9}-{10 + n % 18}", None]),
                    addresses=[address("Bøgegade", str(n % 30), "10200")],
                    phones=[f"+4456{n:05}"] if draw.random() < 0.7 else [],
                )
            )
    return rows


def content(found: Resolution) -> tuple[list[Decision], list[Any]]:
    return list(found.decisions), list(found.contradictions)


def test_the_order_of_rows_changes_nothing() -> None:
    rows = crowd(1)
    first = content(resolve(people(*rows)))
    assert any(d.verdict == "same" for d in first[0])
    for seed in (2, 3):
        random.Random(seed).shuffle(rows)
        assert content(resolve(people(*rows))) == first


def test_a_pair_is_decided_by_its_two_rows_alone() -> None:
    """Whoever else is in the table changes no score, no evidence and no candidate; only what stands in a cluster."""
    rows = crowd(4)
    whole = {(d.a, d.b): (d.bits, d.comparisons) for d in resolve(people(*rows)).decisions}
    by_id = {row["id"]: row for row in rows}
    for a, b in sorted(whole)[::25]:
        alone = only(resolve(people(by_id[a], by_id[b])))
        assert (alone.bits, alone.comparisons) == whole[a, b]
    half = rows[::2]
    kept = {row["id"] for row in half}
    left = {(d.a, d.b): (d.bits, d.comparisons) for d in resolve(people(*half)).decisions}
    assert left == {pair: told for pair, told in whole.items() if set(pair) <= kept}


def test_comparing_only_what_changed_gives_the_same_for_it() -> None:
    rows = crowd(5)
    touched = {row["id"] for row in rows[:15]}
    whole = [d for d in resolve(people(*rows)).decisions if touched & {d.a, d.b}]
    assert whole
    assert list(resolve(people(*rows), only=touched).decisions) == whole
    assert len(resolve(people(*rows), only=set()).decisions) == 0


def test_what_people_decided_is_not_decided_again_and_binds_clusters() -> None:
    rows = [person(f"{source}/1", RARE, "1971-03-04", phones=["+44560001"]) for source in "abc"]
    found = resolve(people(*rows), standing=[("a/1", "b/1")], apart=[("c/1", "a/1")])
    assert [(d.a, d.b) for d in found.decisions] == [("b/1", "c/1")]
    assert found.decisions.pairs("same") == []
    assert found.contradictions[0].kind == "decided"


def test_one_value_everywhere_is_refused_with_the_numbers() -> None:
    rows = [person(f"a/{n}", f"Anna {chr(97 + n % 26)}{n}sen", phones=["+000"]) for n in range(8000)]
    with pytest.raises(
        InputError, match=r"8,000 rows would give .* pairs to compare, and 1,600,000 are the most: 8,000 rows share phones"
    ) as raised:
        resolve(people(*rows))
    assert "null_words" in str(raised.value)


def test_nothing_to_compare_gives_nothing() -> None:
    assert len(resolve(people()).decisions) == 0
    nothing = resolve(people(*(person(f"a/{n}", None) for n in range(3))))
    assert len(nothing.decisions) == 0 and nothing.contradictions == ()
    assert len(resolve(people(person("a/1", "--"), person("b/1", "Anna Hansen"))).decisions) == 0


def test_a_table_that_does_not_fit_is_refused() -> None:
    with pytest.raises(InputError, match="names is missing, colour is not known"):
        resolve_people(pa.table({"id": ["a/1"], "source": ["a"], "colour": ["red"]}))
    with pytest.raises(InputError, match="a/1 is given more than once"):
        resolve(people(person("a/1", "Anna Hansen"), person("a/1", "Anna Hansen")))
    with pytest.raises(InputError, match="no id"):
        resolve_people(pa.table({"id": pa.array([None], pa.string()), "source": ["a"], "names": [["Anna"]]}))
    with pytest.raises(InputError, match="for organisations, not for people"):
        resolve(people(), model=built_in("organisations"))


def test_a_changed_model_is_refused(tmp_path: Any) -> None:
    model = built_in("people")
    model.save(tmp_path / "model.json")
    assert load_model(tmp_path / "model.json") == model
    text = (tmp_path / "model.json").read_text()
    (tmp_path / "changed.json").write_text(text.replace(f'"same_bits": {model.same_bits}', '"same_bits": -99.0'))
    with pytest.raises(InputError, match="changed after it was trained"):
        load_model(tmp_path / "changed.json")
    replace(model, weights={k: v for k, v in model.weights.items() if k != "phone"}).save(tmp_path / "other.json")
    with pytest.raises(InputError, match=r"does not fit what is compared: phone\."):
        load_model(tmp_path / "other.json")


def test_an_explanation_is_sentences_that_add_up() -> None:
    sentences = explain(only(resolve(people(person("a/1", "Anna Hansen", "1971-03-04"), person("b/2", "Anna Hansen", "1971-03-04")))))
    assert any(s.startswith("same date of birth: +") for s in sentences)
    assert any(s.startswith("a name that 1 in 2,500 bears: +") for s in sentences)
    assert sentences[-2] == "two at random, 1 in 10,000,000: -23.3 bits"


def test_companies_are_the_same_by_number_or_by_name_and_place() -> None:
    office = [address("Havnevej", "12", "10300")]
    rows = [
        {
            "id": "register/1",
            "source": "register",
            "names": ["Klaremby Trade Ltd"],
            "identifiers": ["registration|123|XV"],
            "addresses": office,
        },
        {"id": "bank/2", "source": "bank", "names": ["KLAREMBY TRADE LIMITED"], "addresses": office},
        {"id": "cars/3", "source": "cars", "names": ["Other Name"], "identifiers": ["registration|123|XV"]},
        {"id": "bank/4", "source": "bank", "names": ["Klaremby Trade Ltd"]},
    ]
    found = resolve_organisations(organisations(*rows), reference=REFERENCE)
    assert set(found.decisions.pairs("same")) == {("bank/2", "register/1"), ("cars/3", "register/1")}
    assert ("bank/4", "register/1") in found.decisions.pairs("possible")
