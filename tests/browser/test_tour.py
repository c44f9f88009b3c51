"""The tour through every page, wide and narrow, light and dark: each answers as it should, fits, and has no grave fault.

One visit judges all: the status, one heading, no script that complains, nothing from another host, nothing beyond the
edge, axe-core in both widths, and its contrasts in both colours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

from scripts import pictures
from tests.browser import axe, tour
from tests.browser.conftest import NARROW, WIDE, sign_in
from tests.browser.tour import FIRST, LAST, TOUR, Stop
from tests.process import ServerProcess

pytestmark = pytest.mark.browser

PART = 18  # stops of a test
LIGHTEST = 150_000  # bytes of a page with all that it loads
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
def page(house: ServerProcess, contexts: Callable[..., BrowserContext]) -> Page:
    """A page of somebody at the house."""
    return contexts(house.url, bypass_csp=True).new_page()  # axe-core brings styles of its own


def complaints(page: Page, stop: Stop) -> list[str]:
    """Walk to a stop and return what is wrong with it."""
    said: list[str] = []
    hosts: set[str] = set()

    def note(message: ConsoleMessage) -> None:
        # Chromium itself writes a line about each page that answers with a refusal.
        if message.type == "error" and "Failed to load resource" not in message.text:
            said.append(message.text)

    def note_host(request: Request) -> None:
        hosts.add(urlsplit(request.url).netloc)

    page.on("console", note)
    page.on("request", note_host)
    status = tour.walk(page, stop)
    page.remove_listener("console", note)
    page.remove_listener("request", note_host)
    headings = page.locator("h1").count()
    said += [] if status == stop.status else [f"answered {status}"]
    said += [] if headings == 1 else [f"{headings} headings"]
    said += [] if hosts == {urlsplit(page.url).netloc} else [f"asked {hosts}"]
    axe.load(page)
    return said + [f"{width}: {fault}" for width in (WIDE, NARROW) for fault in _faults(page, width)]


def _faults(page: Page, width: int) -> list[str]:
    """Judge the page that is open, in one width."""
    page.set_viewport_size({"width": width, "height": 800})
    overflow = page.evaluate("document.documentElement.scrollWidth")
    found = axe.grave_faults(page) + ([] if overflow <= width else [f"{overflow} pixels wide"])
    page.emulate_media(color_scheme="dark")
    found += [f"dark {fault}" for fault in axe.grave_faults(page, "color-contrast")]
    page.emulate_media(color_scheme="light")
    return found


def size_of(picture: Path) -> tuple[int, int]:
    """Return how large a picture is, in pixels."""
    with Image.open(picture) as image:
        return image.size


@pytest.mark.parametrize("part", [TOUR[begin : begin + PART] for begin in range(0, len(TOUR), PART)], ids=named)
def test_every_page_of_the_tour_is_sound(page: Page, part: tuple[Stop, ...]) -> None:
    found, who = {}, ""
    for stop in part:
        if stop.who != who:
            tour.sign_in(page, stop.who)
        who = stop.who
        found[stop.name] = complaints(page, stop)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("address", ["/jobs/7", "/jobs/7/files"])
def test_five_hundred_files_are_sound(
    desk: ServerProcess, contexts: Callable[..., BrowserContext], address: str
) -> None:
    page = sign_in(contexts(desk.url, bypass_csp=True).new_page())
    assert complaints(page, Stop("crowd", address)) == []


def test_a_page_that_fails_is_sound_as_well(page: Page, house: ServerProcess) -> None:
    tour.sign_in(page, "ada")
    tour.damage(house.instance)
    assert complaints(page, LAST) == []


def test_the_first_page_of_all_is_sound(empty: ServerProcess, contexts: Callable[..., BrowserContext]) -> None:
    assert complaints(contexts(empty.url, bypass_csp=True).new_page(), FIRST) == []


def test_the_manual_shows_every_picture_of_the_tour_and_no_other() -> None:
    folder = pictures.DOCS / "pictures"
    wanted = {f"{stop.name}-{kind}.png" for stop in (FIRST, *TOUR, LAST) if stop.words for kind in stop.kinds}
    assert {picture.name for picture in folder.iterdir()} == wanted
    assert (pictures.DOCS / "gallery.md").read_text() == pictures.gallery()


def test_the_pictures_of_the_manual_are_light_and_of_the_size_of_a_screen() -> None:
    taken = sorted((pictures.DOCS / "pictures").iterdir())
    assert [picture.name for picture in taken if picture.stat().st_size > HEAVIEST] == []
    assert {size_of(picture) for picture in taken} == set(pictures.SIZES.values())


def test_a_job_on_paper_says_exact_times_and_offers_nothing_to_press(page: Page) -> None:
    tour.sign_in(page, "ada")
    page.goto("/jobs/1")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator("button:visible, input:visible, summary:visible").count() == 0
    shown = "getComputedStyle(document.querySelector('.row-when time'), '::after').content"
    assert " UTC" in page.evaluate(shown)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_a_page_with_all_that_it_loads_is_light(desk: ServerProcess, contexts: Callable[..., BrowserContext]) -> None:
    context = contexts(desk.url)
    sign_in(context.new_page())
    fresh = contexts(desk.url, storage_state=context.storage_state()).new_page()
    received: list[Response] = []
    fresh.on("response", lambda response: received.append(response))  # noqa: PLW0108 - a built-in cannot be wrapped
    fresh.goto("/jobs/1", wait_until="networkidle")
    weight = sum(response.request.sizes()["responseBodySize"] for response in received)
    assert {response.url.split("/")[2] for response in received} == {desk.url.split("/")[2]}
    assert 0 < weight < LIGHTEST
