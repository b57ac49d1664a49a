"""The page of a path answer without a browser: bytes, hashes, escaping, what it says, and where things stand."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest

from graphsvc.errors import InputError
from graphsvc.export.html import embedded_json, path_page, write_file
from graphsvc.export.layout import BAND, card, overlap, via
from graphsvc.export.page_model import page_model
from tests.export import answers


class Elements(HTMLParser):
    """The elements that a browser would make of the page, and the text of those that hold text only."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags:
            self.texts.append((*self.tags[-1], data))

    def content(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        return [(attrs, text) for name, attrs, text in self.texts if name == tag and text.strip()]


ANSWERS = [answers.world, answers.nothing, answers.short, answers.crowd, answers.hostile, answers.long]


@pytest.mark.parametrize("make", ANSWERS)
def test_the_same_answer_gives_the_same_bytes(make: Callable[[], dict[str, Any]]) -> None:
    assert path_page(make()) == path_page(make())


@pytest.mark.parametrize("make", ANSWERS)
def test_the_policy_allows_exactly_the_scripts_and_styles_of_the_page(make: Callable[[], dict[str, Any]]) -> None:
    elements = Elements(path_page(make()))
    policies = [attrs["content"] for tag, attrs in elements.tags if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy"]
    policy = dict(part.split(" ", 1) for part in str(policies[0]).split("; "))
    run = [text for attrs, text in elements.content("script") if attrs.get("type") != "application/json"]

    def hashes(texts: list[str]) -> set[str]:
        return {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts}

    assert len(policies) == 1 and len(run) == 2
    assert policy["default-src"] == "'none'"
    assert set(policy["script-src"].split()) == hashes(run)
    assert set(policy["style-src"].split()) == hashes([text for _, text in elements.content("style")])


@pytest.mark.parametrize("make", ANSWERS)
def test_an_answer_changes_no_element_of_the_page(make: Callable[[], dict[str, Any]]) -> None:
    def skeleton(page: str) -> list[tuple[str, dict[str, str | None]]]:
        return Elements(page).tags

    assert skeleton(path_page(make())) == skeleton(path_page(answers.nothing()))


def test_no_address_is_loaded_and_no_source_map_is_named() -> None:
    page = path_page(answers.world())
    links = [value for _, attrs in Elements(page).tags for name, value in attrs.items() if name in {"src", "href"}]
    assert links == ["data:,"]
    assert "sourceMappingURL" not in page


def test_the_embedded_answer_can_be_read_back_and_cannot_end_its_element() -> None:
    text = embedded_json(answers.HOSTILE)
    assert not re.search("[<>&\u2028\u2029\u202e]", text)
    assert json.loads(text) == answers.HOSTILE
    page = path_page(answers.hostile())
    (data,) = [text for attrs, text in Elements(page).content("script") if attrs.get("type") == "application/json"]
    assert json.loads(data) == json.loads(json.dumps(page_model(answers.hostile())))


def test_nothing_is_drawn_with_a_title_or_a_font_that_reads_markup() -> None:
    drawing = page_model(answers.hostile())["drawing"]
    for part in [*drawing["nodes"], *drawing["edges"]]:
        assert not {"title", "font", "image"} & part.keys()
        assert part.get("label", " ") == " "
    assert not any(text in json.dumps(drawing) for text in ("script", "href", "onerror"))


def test_arrows_point_as_the_link_is_stored_and_same_as_has_none() -> None:
    model = page_model(answers.short())
    owns, controls = model["links"][1], model["links"][2]
    names = [node["caption"] for node in model["nodes"]]
    assert [names[i] for i in (owns["from"], owns["to"])] == ["Alder Ltd", "Cedar Ltd"]
    assert [names[i] for i in (controls["from"], controls["to"])] == ["Birch Ltd", "Cedar Ltd"]
    world = page_model(answers.world())
    assert {edge["arrows"] for link, edge in zip(world["links"], world["drawing"]["edges"], strict=True) if link["same"]} == {""}
    assert {edge["arrows"] for link, edge in zip(world["links"], world["drawing"]["edges"], strict=True) if not link["same"]} == {"to"}


def test_a_hop_of_two_paths_is_drawn_once_and_parallel_links_are_all_drawn() -> None:
    model = page_model(answers.world())
    assert len(model["nodes"]) == 15
    assert len({link["id"] for link in model["links"]}) == len(model["links"]) == 18
    assert len([link for link in model["links"] if link["label"] == "transferred to"]) == 2


@pytest.mark.parametrize("make", [answers.world, answers.short, answers.crowd, answers.nothing, answers.long, answers.parallel])
def test_cards_and_labels_do_not_cover_each_other(make: Callable[[], dict[str, Any]]) -> None:
    model = page_model(make())
    cards = [card((node["x"], node["y"])) for node in model["drawing"]["nodes"]]
    labels = [(x - w / 2, y - h / 2, x + w / 2, y + h / 2) for x, y, w, h in ((*link["at"], *link["box"]) for link in model["links"])]
    assert not [(a, b) for a, b in combinations(cards, 2) if overlap(a, b)]
    assert not [(a, b) for a in labels for b in cards if overlap(a, b) > 1]
    assert not [(a, b) for a, b in combinations(labels, 2) if overlap(a, b) > 1]


def lines_through_cards(model: dict[str, Any]) -> list[tuple[str, str]]:
    """The ids of the lines that run through a card other than their own two, and of those cards."""
    places = {node["id"]: (node["x"], node["y"]) for node in model["drawing"]["nodes"]}
    found = []
    for edge in model["drawing"]["edges"]:
        bend = edge["smooth"]["roundness"] * (1 if edge["smooth"]["type"] == "curvedCW" else -1)
        (ax, ay), (bx, by) = start, end = places[edge["from"]], places[edge["to"]]
        vx, vy = via(start, end, bend)
        shares = [step / 100 for step in range(101)]
        curve = [
            ((1 - t) ** 2 * ax + 2 * t * (1 - t) * vx + t * t * bx, (1 - t) ** 2 * ay + 2 * t * (1 - t) * vy + t * t * by) for t in shares
        ]
        for name in places.keys() - {edge["from"], edge["to"]}:
            left, top, right, bottom = card(places[name])
            if any(left < x < right and top < y < bottom for x, y in curve):
                found.append((edge["id"], name))
    return found


def chain(steps: int) -> dict[str, Any]:
    return answers.parallel(lanes=1, steps=steps)


@pytest.mark.parametrize("answer", [answers.long(), answers.parallel(), *map(chain, range(5, 17))])
def test_a_long_answer_is_folded_so_that_its_text_stays_readable(answer: dict[str, Any]) -> None:
    model = page_model(answer)
    drawing = model["drawing"]
    boxes = [card((node["x"], node["y"])) for node in drawing["nodes"]]
    boxes += [(x - w / 2, y - h / 2, x + w / 2, y + h / 2) for x, y, w, h in ((*link["at"], *link["box"]) for link in model["links"])]
    width = max(box[2] for box in boxes) - min(box[0] for box in boxes) + 20  # the margins of path.js, which gives the height it needs
    assert drawing["folded"]
    assert model["text"]["size"] * 1110 / width >= 11  # 1440 px less the list of paths
    assert not [(a, b) for a, b in combinations(boxes, 2) if overlap(a, b) > 1]
    assert lines_through_cards(model) == []
    across = {node["id"]: node["x"] for node in drawing["nodes"]}
    assert (across["n0"], across["n1"]) == (min(across.values()), max(across.values()))


@pytest.mark.parametrize("steps", range(5, 17))
def test_the_bands_of_a_folded_path_are_read_to_and_fro(steps: int) -> None:
    model = page_model(chain(steps))
    places = [(model["drawing"]["nodes"][number]["x"], model["drawing"]["nodes"][number]["y"]) for number in model["paths"][0]["nodes"]]
    for (x, y), (next_x, next_y) in pairwise(places):
        band = round(y / BAND)
        assert (next_x > x if band % 2 == 0 else next_x < x) if next_y == y else (next_x == x and next_y > y)


@pytest.mark.parametrize("make", [answers.world, answers.short, answers.crowd, answers.nothing])
def test_an_answer_that_is_short_or_has_many_rows_is_not_folded(make: Callable[[], dict[str, Any]]) -> None:
    assert not page_model(make())["drawing"]["folded"]


@pytest.mark.parametrize("make", [*ANSWERS, answers.parallel])
def test_the_two_ends_stand_apart_left_and_right(make: Callable[[], dict[str, Any]]) -> None:
    model = page_model(make())
    across = {node["id"]: node["x"] for node in model["drawing"]["nodes"]}
    start, end = (across[f"n{number}"] for number in model["ends"])
    assert start == min(across.values()) and end == max(across.values()) and end - start > 500


def test_the_page_says_what_was_cut_and_what_was_searched() -> None:
    cut = page_model(answers.world())
    assert cut["complete"] is False and cut["cuts"][0] == "Only the 5 shortest paths were asked for; more exist."
    unexplained = page_model(answers.world() | {"cut_text": [], "cut_by": ["time", "later"]})
    assert unexplained["cuts"] == ["The search was stopped by the clock before it had ended.", "Cut by: later"]
    nothing = page_model(answers.nothing())
    assert nothing["result"] == "No path was found within what was searched."
    assert ["Sources searched", "register, cases, vehicles, bills, phones, bank"] in nothing["searched"]
    assert page_model(answers.nothing() | {"complete": False})["result"] == "No path was found in the part that was searched."


def test_more_paths_than_were_asked_for_are_told_without_a_warning() -> None:
    model = page_model(answers.long())
    assert (model["tone"], model["completeness"]) == ("calm", "These are the first 3 paths; there may be more.")
    assert model["cuts"] == []  # it would say the same again
    one = answers.long() | {"paths": answers.long()["paths"][:1]}
    assert page_model(one)["completeness"] == "This is the first path; there may be more."


@pytest.mark.parametrize("cut_by", [["time"], ["hops"], ["hubs"], ["hops", "k"], ["k", "time"], ["later"], []])
def test_every_other_cut_is_a_warning(cut_by: list[str]) -> None:
    model = page_model(answers.long() | {"cut_by": cut_by, "cut_text": [f"because of {cut}" for cut in cut_by]})
    assert (model["tone"], model["completeness"]) == ("cut", "Not complete: the search was cut short.")
    assert model["cuts"] == [f"because of {cut}" for cut in cut_by]


def test_a_complete_search_is_called_so() -> None:
    assert page_model(answers.nothing())["tone"] == "whole"


def test_a_record_that_the_answer_lacks_is_shown_as_a_fault() -> None:
    answer = answers.short()
    gone, *_ = answer["records"]
    del answer["records"][gone]
    assert [(r["id"], r["missing"]) for r in page_model(answer)["records"] if r["missing"]] == [(gone, True)]


def test_an_entity_asked_about_twice_or_not_described_still_gives_a_page() -> None:
    answer = answers.nothing()
    answer["question"]["to"] = answer["question"]["from"]
    assert len(page_model(answer)["drawing"]["nodes"]) == 1
    answer = answers.nothing()
    answer["entities"] = {}
    assert [node["caption"] for node in page_model(answer)["nodes"]] == ["register/Person/ada", "cases/Person/bo"]


def test_paths_that_run_against_each_other_or_repeat_a_node_are_drawn() -> None:
    a, b, x, y = (answers.entity(f"register/Person/{name}", "Person", name) for name in "abxy")

    def step(one: dict[str, Any], two: dict[str, Any]) -> dict[str, Any]:
        return answers.link(one["id"], "KNOWS", "knows", two["id"], "one knows two")

    paths = [answers.path(step(a, x), step(x, y), step(y, b)), answers.path(step(a, y), step(y, x), step(x, b))]
    paths.append(answers.path(step(a, x), step(x, a), step(a, b)))
    model = page_model(answers.answer(a["id"], b["id"], [a, b, x, y], paths))
    places = {(node["x"], node["y"]) for node in model["drawing"]["nodes"]}
    assert len(places) == 4


def test_writing_replaces_the_file_as_a_whole_and_leaves_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "answer.html"
    file.write_text("before", encoding="utf-8")
    write_file(path_page(answers.world()).encode(), file)
    assert file.read_text(encoding="utf-8") == path_page(answers.world())
    assert list(tmp_path.iterdir()) == [file]
    assert file.stat().st_mode & 0o077 == 0


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no/such/answer\.html can't be written"):
        write_file(path_page(answers.nothing()).encode(), tmp_path / "no/such/answer.html")
