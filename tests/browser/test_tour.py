"""The tour through every page: each answers as it should, has one heading, fits a phone, and no script complains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from scripts import pictures
from tests.browser import tour
from tests.browser.conftest import NARROW
from tests.browser.test_axe import AXE, GRAVE
from tests.browser.tour import FIRST, LAST, TOUR, Stop
from tests.process import ServerProcess

pytestmark = pytest.mark.browser

PART = 18  # stops of a test
HEAVIEST = 110_000  # bytes of a picture in the manual


def named(part: tuple[Stop, ...]) -> str:
    """Name a part of the tour by where it begins."""
    return f"from {part[0].name}"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server of an instance as the tour shows it."""
    instance = tmp_path_factory.mktemp("tour") / "instance"
    tour.furnish(instance)
    with ServerProcess(instance) as server:
        tour.await_pictures(instance)
        yield server


@pytest.fixture
def phone(house: ServerProcess, contexts: Callable[..., BrowserContext]) -> Page:
    """The page of somebody on a phone."""
    return contexts(house.url, NARROW, bypass_csp=True).new_page()


def complaints(page: Page, stop: Stop) -> list[str]:
    """Walk to a stop and return what is wrong with it."""
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # Chromium itself writes a line about each page that answers with a refusal.
        if message.type == "error" and "Failed to load resource" not in message.text:
            said.append(message.text)

    page.on("console", note)
    status = tour.walk(page, stop)
    page.remove_listener("console", note)
    headings, overflow = page.locator("h1").count(), page.evaluate("document.documentElement.scrollWidth")
    page.add_script_tag(path=AXE)
    said += [] if status == stop.status else [f"answered {status}"]
    said += [] if headings == 1 else [f"{headings} headings"]
    said += [] if overflow <= NARROW else [f"{overflow} pixels wide"]
    return said + list(page.evaluate(GRAVE))


def size_of(picture: Path) -> tuple[int, int]:
    """Return how large a picture is, in pixels."""
    with Image.open(picture) as image:
        return image.size


@pytest.mark.parametrize("part", [TOUR[begin : begin + PART] for begin in range(0, len(TOUR), PART)], ids=named)
def test_every_page_of_the_tour_is_sound(phone: Page, part: tuple[Stop, ...]) -> None:
    found, who = {}, ""
    for stop in part:
        if stop.who != who:
            tour.sign_in(phone, stop.who)
        who = stop.who
        found[stop.name] = complaints(phone, stop)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_a_page_that_fails_is_sound_as_well(phone: Page, house: ServerProcess) -> None:
    tour.sign_in(phone, "ada")
    tour.damage(house.instance)
    assert complaints(phone, LAST) == []


def test_the_first_page_of_all_is_sound(empty: ServerProcess, contexts: Callable[..., BrowserContext]) -> None:
    assert complaints(contexts(empty.url, NARROW, bypass_csp=True).new_page(), FIRST) == []


def test_the_manual_shows_every_picture_of_the_tour_and_no_other() -> None:
    folder = pictures.DOCS / "pictures"
    wanted = {f"{stop.name}-{kind}.png" for stop in (FIRST, *TOUR, LAST) if stop.words for kind in stop.kinds}
    assert {picture.name for picture in folder.iterdir()} == wanted
    assert (pictures.DOCS / "gallery.md").read_text() == pictures.gallery()


def test_the_pictures_of_the_manual_are_light_and_of_the_size_of_a_screen() -> None:
    taken = sorted((pictures.DOCS / "pictures").iterdir())
    assert [picture.name for picture in taken if picture.stat().st_size > HEAVIEST] == []
    assert {size_of(picture) for picture in taken} == set(pictures.SIZES.values())


def test_a_job_on_paper_says_exact_times_and_offers_nothing_to_press(phone: Page) -> None:
    tour.sign_in(phone, "ada")
    phone.goto("/jobs/1")
    phone.emulate_media(media="print", color_scheme="dark")
    assert phone.locator("button:visible, input:visible, summary:visible").count() == 0
    shown = "getComputedStyle(document.querySelector('.row-when time'), '::after').content"
    assert " UTC" in phone.evaluate(shown)
    assert phone.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
