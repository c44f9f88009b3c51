"""Seeing: what each kind of file shows, in all four ways; and that what could act is only ever downloaded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import documents
from tests.browser import little_files
from tests.browser.desk import CLEAN, README, picture
from tests.browser.person import Person, new_job
from tests.process import ServerProcess

pytestmark = pytest.mark.browser

ACTIVE = b"<!doctype html><h1>Mine</h1><script>parent.document.title = 'taken'</script>"
PART = {"Range": "bytes=5000-5099"}


@pytest.fixture(scope="module")
def shown(desk: ServerProcess, chromium: Browser, passes: Callable[..., object]) -> str:
    """The address of a job that has a file of each kind."""
    context = chromium.new_context(base_url=desk.url, storage_state=passes(desk.url, "ada"))  # type: ignore[arg-type]  # as kept
    page = context.new_page()
    page.goto("/docs")
    address = new_job(page, "Things to see", _files(page))
    context.close()
    return address


def test_a_picture_is_shown_and_leads_to_itself(person: Person, shown: str) -> None:
    _open(person, shown, "front.png")
    expect(person.page.locator(".preview img")).to_have_js_property("naturalWidth", 640)
    address = person.page.locator("a.preview").get_attribute("href")
    assert person.page.context.request.get(str(address)).headers["content-type"] == "image/png"


def test_words_are_shown_as_text_as_a_table_and_as_prose(person: Person, shown: str) -> None:
    page = person.page
    _open(person, shown, "clean.py")
    expect(page.get_by_role("region", name="Content of clean.py").locator(".k").first).to_have_text("def")
    _open(person, shown, "orders.csv")
    table = page.get_by_role("region", name="First rows of orders.csv").get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(["day", "orders"])
    expect(table.get_by_role("row")).to_have_count(100)
    expect(page.get_by_text("This is the beginning; download the file to see all of it.")).to_be_visible()
    _open(person, shown, "readme.md")
    prose = page.get_by_role("region", name="Content of readme.md")
    expect(prose.get_by_role("heading", name="Quarterly orders")).to_be_visible()
    expect(prose.get_by_role("cell", name="their sum, in euro")).to_be_visible()
    expect(prose.get_by_text("clean.py")).to_be_visible()
    assert prose.locator("script, [onerror]").count() == 0
    assert person.fits()


def test_a_pdf_is_shown_page_by_page(person: Person, shown: str) -> None:
    _open(person, shown, "plan.pdf")
    _look_until_drawn(person)
    expect(person.page.get_by_role("img", name="Page 2 of 2")).to_have_count(1)
    expect(person.page.locator(".pages img").first).to_have_js_property("naturalWidth", 905)
    assert person.fits()


@pytest.mark.parametrize("name", ["tone.wav", "film.webm"])
def test_sound_and_film_play_from_where_one_likes(person: Person, shown: str, name: str) -> None:
    _open(person, shown, name)
    player = person.page.get_by_label(f"Play {name}")
    expect(player).to_have_js_property("duration", little_files.SECONDS)
    player.evaluate("player => { player.currentTime = 31 }")
    expect(player).to_have_js_property("seeking", False)
    assert player.evaluate("player => player.currentTime") == 31
    part = person.page.context.request.get(str(player.get_attribute("src")), headers=PART)
    assert (part.status, len(part.body())) == (206, 100)
    assert "sandbox" in part.headers["content-security-policy"]
    assert person.fits()


@pytest.mark.parametrize(("name", "content"), [("page.html", ACTIVE), ("model.bin", bytes(300))])
def test_what_could_act_is_downloaded_and_nothing_else(person: Person, shown: str, name: str, content: bytes) -> None:
    _open(person, shown, name)
    taken = person.take(person.page.get_by_role("link", name="Download", exact=True))
    assert (taken.suggested_filename, taken.path().read_bytes()) == (name, content)
    assert person.page.title() == f"{name} · Addenda"
    assert person.page.locator("iframe, object, embed").count() == 0


def _files(page: Page) -> dict[str, bytes]:
    rows = "".join(f"2026-01-01,{number}\n" for number in range(150))
    return {
        "front.png": picture(suffix="PNG"),
        "clean.py": CLEAN.encode(),
        "orders.csv": f"day,orders\n{rows}".encode(),
        "readme.md": f"{README}\n<img src=x onerror=alert(1)><script>alert(1)</script>\n".encode(),
        "plan.pdf": documents.pdf(2),
        "tone.wav": little_files.sound(),
        "film.webm": little_files.film(page),
        "page.html": ACTIVE,
        "model.bin": bytes(300),
    }


def _open(person: Person, job: str, name: str) -> None:
    person.page.goto(job)
    person.press(person.file(name))
    expect(person.page.get_by_role("heading", level=1)).to_have_text(name)


def _look_until_drawn(person: Person) -> None:
    """Wait until the pages are there: a script looks by itself, without one the link does."""
    drawn = person.page.get_by_role("img", name="Page 1 of 2")
    for _ in range(120):
        if drawn.count():
            return
        person.page.wait_for_timeout(500)
        person.page.reload()
