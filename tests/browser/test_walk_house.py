"""Jobs, the house and its bad days in all four ways: lists, many files, notes, paper, refusals, the administrator."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from playwright.sync_api import expect

from tests.browser import tour
from tests.browser.desk import furnish, opened, workbench
from tests.browser.person import Person, Way, new_job, texts
from tests.process import ServerProcess

pytestmark = pytest.mark.browser

SEEN = "getComputedStyle(document.querySelector('.row-when time'), '::after').content"


@pytest.fixture(scope="module")
def worn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with a damaged row, and a file that the background worker could not look at."""
    instance = tmp_path_factory.mktemp("worn") / "instance"
    furnish(instance, crowd=1, rounds=0)
    with opened(instance) as house:
        workbench(house)
    tour.damage(instance)
    with closing(sqlite3.connect(instance / "db.sqlite3")) as rows, rows:
        rows.execute("UPDATE attachment SET state = 'failed', state_detail = 'It is cut.' WHERE name = 'clean.py'")
    with ServerProcess(instance) as server:
        yield server


def test_the_list_says_how_far_each_job_is(person: Person) -> None:
    page = person.page
    page.goto("/jobs?q=Nightly+sales")
    row = page.locator(".row-job", has_text="Nightly sales report")
    expect(row).to_contain_text("running 62 %")
    expect(row).to_contain_text("8 files, 3 outputs")
    expect(row.locator("time")).to_be_visible()
    page.goto("/jobs?q=Library")
    expect(page.locator(".row-job").first).to_contain_text("failed")
    assert person.fits()


def test_a_job_of_five_hundred_files_stays_readable(person: Person) -> None:
    page = person.page
    page.goto("/jobs/7")
    expect(page.locator("[data-total]")).to_have_text("500")
    expect(page.locator("#files .row")).to_have_count(100)
    expect(page.locator("#files .row-title").first).to_be_in_viewport()
    person.follow("Activity")
    expect(page.get_by_role("heading", name="Activity")).to_be_in_viewport()
    assert person.fits()
    person.follow("All 500 files")
    expect(page.get_by_text("500 files, newest first")).to_be_visible()


def test_a_note_with_a_file_is_written_below_a_job(person: Person) -> None:
    page = person.page
    page.goto(new_job(page, "With notes"))
    note = page.locator(".note")
    note.get_by_role("textbox").fill("The gate is open.")
    note.locator("input[type=file]").set_input_files(texts("gate.txt"))
    person.push("Write the note")
    expect(page.locator(".told", has_text="The gate is open.")).to_contain_text("gate.txt")
    expect(person.file("gate.txt")).to_be_visible()


def test_an_empty_job_says_what_belongs_there(person: Person) -> None:
    page = person.page
    page.goto("/jobs/2")
    expect(page.get_by_text("No files yet. What belongs to the job itself is kept here.")).to_be_visible()
    expect(page.get_by_text("What the job makes when it runs appears here.")).to_be_visible()
    expect(page.locator("#selection")).to_be_hidden()
    assert person.fits()


def test_very_long_and_foreign_names_stay_within_the_page(person: Person) -> None:
    page = person.page
    page.goto("/jobs/4")
    assert person.fits()
    page.goto("/jobs/1")
    expect(page.get_by_text("hidden characters")).to_be_visible()
    expect(page.locator(".row-title", has_text="Minutes of the meeting").locator(".name-end")).to_contain_text(".pdf")
    assert person.fits()
    person.press(page.locator(".row-title", has_text="Minutes of the meeting"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(".pdf")
    assert person.fits()


def test_what_is_refused_is_said_beside_its_field(person: Person) -> None:
    page = person.page
    page.goto(f"{new_job(page, 'Refused')}/link")
    page.get_by_label("Address").fill("javascript:alert(1)")
    page.get_by_label("Name").fill("Kept")
    person.push("Attach the link")
    expect(page.locator(".field-refused .wrong")).to_be_visible()
    expect(page.get_by_label("Address")).to_be_focused()
    expect(page.get_by_label("Name")).to_have_value("Kept")


def test_a_job_on_paper_has_exact_times_and_nothing_to_press(person: Person) -> None:
    page = person.page
    page.goto("/jobs/1")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator("button:visible, input:visible, summary:visible").count() == 0
    assert " UTC" in page.evaluate(SEEN)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_bad_days_have_pages_that_say_what_to_do(worn: ServerProcess, come: Callable[..., Person], way: Way) -> None:
    person = come(worn, way)
    _expect_refusal(person, "/jobs/99999", 404, "There is nothing here")
    _expect_refusal(person, "/admin/users", 403, "This is not yours to do")
    person.page.goto("/jobs?q=Moisture")
    broken = person.page.get_by_role("link", name="Moisture readings").get_attribute("href")
    _expect_refusal(person, str(broken), 500, "This did not work")
    expect(person.page.get_by_text("Nothing half-done was kept.")).to_be_visible()
    person.page.goto("/jobs/new")
    tour.send_too_much(person.page)
    expect(person.page.get_by_role("heading", level=1)).to_have_text("This is too large")
    person.follow("Go to the jobs")
    expect(person.page.get_by_role("heading", level=1)).to_have_text("Jobs")


def test_the_administrator_sees_how_the_house_is(worn: ServerProcess, come: Callable[..., Person], way: Way) -> None:
    root = come(worn, way, "root")
    house = root.page
    house.goto("/jobs")
    root.press(house.locator(".bar .menu > summary"))
    root.follow("Administration")
    root.follow("The house")
    expect(house.locator(".facts")).to_contain_text("Trash")
    expect(house.locator(".facts")).to_contain_text("Earlier versions")
    expect(house.locator(".row", has_text="clean.py")).to_contain_text("It is cut.")
    root.follow("Settings")
    expect(house.get_by_text("ADDENDA_RETENTION_DAYS")).to_be_visible()
    expect(house.locator("#main input, #main textarea")).to_have_count(0)
    assert root.fits()


def test_the_trail_tells_of_a_download(person: Person, root: Person) -> None:
    name = f"told-{person.way}.txt"
    person.page.goto(new_job(person.page, "Downloads are told", {name: b"words"}))
    person.take(person.page.get_by_role("link", name=f"Download {name}", exact=True))
    root.page.goto("/admin/trail")
    root.follow("Show downloads alone")
    line = root.page.locator("tr", has_text=name)
    _reload_until(root, name)
    expect(line).to_contain_text("ada")
    expect(line).to_contain_text("download")
    assert root.fits()


def _expect_refusal(person: Person, address: str, status: int, heading: str) -> None:
    answer = person.page.goto(address)
    assert answer is not None
    assert answer.status == status
    expect(person.page.get_by_role("heading", level=1)).to_have_text(heading)
    expect(person.page.get_by_role("link", name="Go to the jobs")).to_be_visible()
    assert person.fits()


def _reload_until(root: Person, words: str) -> None:
    """Look again until the words are there: downloads are written within a second or two."""
    for _ in range(40):
        if root.page.get_by_text(words).count():
            return
        root.page.wait_for_timeout(250)
        root.page.reload()
