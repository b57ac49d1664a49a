"""The page in Debian's Chromium, opened from disk with the network cut: it runs, asks for nothing, and text stays text."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from graphsvc.export.html import path_page, write_file
from graphsvc.export.page_model import page_model
from tests.export import answers

CHROMIUM = shutil.which("chromium")
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: apt-get install chromium)"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS.split())
        yield started
        started.close()


Open = Callable[..., Any]


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Open:
    """A context manager that opens an answer's page and, when it closes, holds it to: no error, no request."""

    @contextmanager
    def open_page(answer: dict[str, Any], **context_options: Any) -> Iterator[Page]:
        file = tmp_path / "answer.html"
        write_file(path_page(answer).encode(), file)
        context = browser.new_context(**context_options)
        context.set_offline(True)
        context.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
        page = context.new_page()
        complaints: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        page.wait_for_function("window.graphsvc !== undefined")
        try:
            yield page
            assert page.evaluate("window.pwned") is None
            assert complaints == []
            assert [url for url in asked if url != "data:,"] == [file.as_uri()]
        finally:
            context.close()

    return open_page


def click_on_drawing(page: Page, kind: str, number: int) -> None:
    spot = page.evaluate("([kind, number]) => window.graphsvc.spot(kind, number)", [kind, number])
    page.mouse.click(spot["x"], spot["y"])
    page.wait_for_function("([kind, number]) => graphsvc.chosen().kind === kind && graphsvc.chosen().number === number", arg=[kind, number])


def panel(page: Page) -> str:
    text: str = page.locator("#panel").evaluate("element => element.textContent")
    return text.replace("\ud800", "\ufffd")  # half a surrogate pair reaches Python either way


@pytest.mark.parametrize("make", [answers.world, answers.nothing, answers.short, answers.crowd, answers.hostile, answers.long])
def test_the_page_opens_without_error_or_request(opened: Open, make: Callable[[], dict[str, Any]]) -> None:
    with opened(make()) as page:
        assert page.locator("#drawing canvas").count() == 1
        assert page.title().startswith("How are ")


def test_the_drawing_is_really_drawn(opened: Open) -> None:
    with opened(answers.short()) as page:
        colours = page.evaluate(
            """() => {
              const canvas = document.querySelector("#drawing canvas");
              const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
              const seen = new Set();
              for (let i = 0; i < data.length; i += 4) seen.add(data.slice(i, i + 3).join());
              return [...seen];
            }"""
        )
        assert "179,71,0" in colours  # a company's badge
        assert "10,92,158" in colours  # the line of the first source


def test_a_policy_stops_scripts_that_are_not_ours(opened: Open, tmp_path: Path) -> None:
    with opened(answers.short()) as page:
        pass
    file = tmp_path / "answer.html"
    changed = file.read_text(encoding="utf-8").replace("</body>", "<script>window.pwned = 7</script></body>")
    with pytest.raises(AssertionError, match="Content Security Policy"), opened(answers.short()) as page:
        file.write_text(changed, encoding="utf-8")
        page.reload()
        page.wait_for_function("window.graphsvc !== undefined")


def test_clicking_a_card_shows_its_properties_and_the_records_of_its_links(opened: Open) -> None:
    with opened(answers.world()) as page:
        click_on_drawing(page, "node", 0)
        text = panel(page)
        assert "Ada Marguerite Lindqvist-Featherstonehaugh" in text
        assert "birthDate" in text and "1971-04" in text
        assert "register/record/director_of/" in text


def test_clicking_a_hop_shows_its_sentence_and_each_record(opened: Open) -> None:
    answer = answers.world()
    with opened(answer) as page:
        numbers = page.evaluate("JSON.parse(document.getElementById('answer').textContent).links.map(l => l.label)")
        number = numbers.index("transferred to")
        click_on_drawing(page, "link", number)
        text = panel(page)
        assert "transferred NOK 48,000.00" in text and "2019-05-14" in text
        hop = next(hop for path in answer["paths"] for hop in path["hops"] if hop["label"] == "transferred to")
        assert len(hop["records"]) == 2
        for key in hop["records"]:
            record = answer["records"][key]
            for shown in (key, record["file"], f"line {record['line']}", record["sha256"], record["as_of"]):
                assert shown in text


def test_a_same_as_step_shows_its_method_and_evidence(opened: Open) -> None:
    with opened(answers.world()) as page:
        click_on_drawing(page, "link", 0)
        text = panel(page)
        assert "exact-identifier" in text
        assert "compared: normalised" in text and "trim, lower case" in text


def test_the_keyboard_alone_reads_a_path(opened: Open) -> None:
    with opened(answers.world()) as page:
        page.get_by_role("button", name="All paths").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        assert page.evaluate("graphsvc.chosen().path") == 0
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        assert page.evaluate("graphsvc.chosen()") == {"path": 0, "kind": "link", "number": 0}
        assert "Both records give the same identifier" in panel(page)
        page.keyboard.press("Escape")
        assert page.evaluate("graphsvc.chosen()") == {"path": 0, "kind": None, "number": -1}


def test_choosing_a_path_lists_its_hops_and_an_item_outside_it_changes_the_path(opened: Open) -> None:
    with opened(answers.world()) as page:
        page.get_by_role("button", name="Path 3: 4 links, 2 sources").first.click()
        assert page.locator(".steps:visible .hop").count() == 4
        assert page.locator("nav [aria-pressed=true]").all_text_contents() == ["Path 3: 4 links, 2 sources"]
        click_on_drawing(page, "link", 1)
        assert page.evaluate("graphsvc.chosen().path") == 0


def test_the_legend_names_every_type_source_and_the_same_as(opened: Open) -> None:
    with opened(answers.world()) as page:
        text = page.locator("#legend").evaluate("element => element.textContent")
        for name in ("Person", "Company", "Address", "Phone number", "Account", "[1] Bank transfers", "[5] Utility bills", "same as"):
            assert name in text


def test_the_head_says_that_the_search_was_cut_and_what_was_searched(opened: Open) -> None:
    with opened(answers.world()) as page:
        text = page.locator("header").evaluate("element => element.textContent")
        assert "Not complete" in text and "(40,213 links) were left out" in text
        assert "register, cases, vehicles" in text
    with opened(answers.nothing()) as page:
        assert "No path was found" in panel(page) and "6 links" in panel(page)


@pytest.mark.parametrize("make", [answers.long, answers.parallel])
def test_a_long_answer_is_drawn_whole_and_readable(opened: Open, make: Callable[[], dict[str, Any]]) -> None:
    with opened(make(), viewport={"width": 1440, "height": 900}) as page:
        size = page.evaluate("JSON.parse(document.getElementById('answer').textContent).text.size")
        assert page.evaluate("graphsvc.scale()") * size >= 10.95  # 11 px but for rounding
        box = page.locator("#drawing").bounding_box()
        assert box is not None
        last = len(page_model(make())["nodes"])
        for spot in page.evaluate("last => [...Array(last).keys()].map(number => graphsvc.spot('node', number))", last):
            assert box["x"] < spot["x"] < box["x"] + box["width"] and box["y"] < spot["y"] < box["y"] + box["height"]
        before = page.evaluate("graphsvc.scale()")
        page.mouse.move(box["x"] + 300, box["y"] + 300)
        page.mouse.wheel(0, 80)  # the page is longer than the window: the wheel moves it
        page.wait_for_function("() => scrollY > 0")
        assert page.evaluate("graphsvc.scale()") == before


def test_more_paths_than_asked_for_are_told_calmly(opened: Open) -> None:
    with opened(answers.long()) as page:
        notice = page.locator("#completeness")
        assert notice.is_visible() and notice.inner_text() == "These are the first 3 paths; there may be more."
        calm = notice.evaluate("element => getComputedStyle(element).backgroundColor")
    with opened(answers.long() | {"cut_by": ["time"]}) as page:
        assert page.locator("#completeness").evaluate("element => getComputedStyle(element).backgroundColor") != calm


def test_hostile_texts_of_every_hop_are_shown_as_text(opened: Open) -> None:
    with opened(answers.hostile()) as page:
        for number, bad in enumerate(answers.HOSTILE[:-1]):
            click_on_drawing(page, "link", number)
            text = panel(page)
            for shown in (f"{bad} sentence", f"{bad} link", f"{bad} record", f"{bad} record sha256", f"{bad} record file", bad):
                assert shown.replace("\ud800", "\ufffd") in text
            assert page.locator("#panel :is(script, img, a, b)").count() == 0


def test_hostile_texts_of_every_entity_are_shown_as_text(opened: Open) -> None:
    with opened(answers.hostile()) as page:
        last = len(answers.HOSTILE) - 1
        for number, bad in enumerate(answers.HOSTILE):
            click_on_drawing(page, "node", {0: 0, last: 1}.get(number, number + 1))  # the two ends come first
            text = panel(page)
            assert f"{bad} #{number}/id".replace("\ud800", "\ufffd") in text
            assert "__proto__: polluted" in text
            page.locator("#panel").hover()
        assert page.evaluate("({}).polluted") is None
        assert page.locator(":is(nav, header, #panel, #printed) :is(script, img, a, b)").count() == 0


def test_marks_that_turn_text_around_are_named(opened: Open) -> None:
    with opened(answers.hostile()) as page:
        click_on_drawing(page, "node", 8)
        assert "holds invisible marks: U+202E" in panel(page)


def test_paper_carries_every_record(opened: Open) -> None:
    answer = answers.world()
    with opened(answer) as page:
        page.emulate_media(media="print")
        text = page.locator("#printed").inner_text()
        assert all(key in text for key in answer["records"])
        assert page.locator("#legend").is_visible() and not page.locator("#paths").is_visible()


def test_a_narrow_window_needs_no_sideways_scrolling(opened: Open) -> None:
    with opened(answers.world(), viewport={"width": 390, "height": 844}) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.locator("#panel").is_visible() and page.locator("#drawing canvas").is_visible()
