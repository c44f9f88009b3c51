"""Attaching as people do it, with scripts and without, at a desk and on a phone. What scripts add is in test_attach.py."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import FilePayload, expect

from tests.browser.desk import furnish, picture
from tests.browser.gestures import DROP, PASTE
from tests.browser.person import SCRIPTED, Person, Way, new_job, texts
from tests.process import ServerProcess

pytestmark = pytest.mark.browser

LIMIT = 20 * 1024  # bytes
TOO_LARGE = FilePayload(name="large.bin", mimeType="application/octet-stream", buffer=bytes(LIMIT + 1))
LINE = {"offline": False, "latency": 0, "downloadThroughput": -1}
PHOTO = FilePayload(name="IMG_2041.jpg", mimeType="image/jpeg", buffer=picture())


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that takes files of 20 KiB at most."""
    instance = tmp_path_factory.mktemp("strict") / "instance"
    furnish(instance, crowd=1, rounds=1)
    with ServerProcess(instance, env={"ADDENDA_MAX_UPLOAD": "20 KiB"}) as server:
        yield server


def test_the_limit_is_said_before_choosing_and_is_that_of_the_apis(
    strict: ServerProcess, come: Callable[..., Person], way: Way
) -> None:
    person = come(strict, way)
    person.page.goto("/jobs/2")
    expect(person.page.locator("#attach")).to_contain_text("Up to 20.0 KiB each")
    said = person.page.context.request.fetch("/tus/", method="OPTIONS").headers["tus-max-size"]
    assert said == person.page.locator("[data-attach]").get_attribute("data-limit") == str(LIMIT)


def test_a_file_over_the_limit_is_refused_in_words_and_the_next_is_taken(
    strict: ServerProcess, come: Callable[..., Person], way: Way
) -> None:
    person = come(strict, way)
    here = new_job(person.page, "Strict")
    person.page.goto(here)
    person.give("Choose files", [TOO_LARGE])
    expect(person.page.locator(".upload-words, .wrong")).to_contain_text("t most 20.0 KiB.")
    person.page.goto(here)
    expect(person.page.get_by_text("No files yet.")).to_be_visible()
    person.give("Choose files", texts("small.txt"))
    expect(person.file("small.txt")).to_be_visible()


def test_many_files_are_chosen_for_an_action(person: Person) -> None:
    page = person.page
    page.goto(new_job(page, "Many chosen"))
    person.press(page.get_by_label("More about this job"))
    person.follow("Add an action")
    page.get_by_label("Name").fill("Send it")
    person.push("Add the action")
    page.get_by_label("Attach to").select_option(label="Send it")
    person.give("Choose files", texts("one.txt", "two.txt", "דוח.txt"))
    action = page.get_by_role("region", name="Send it")
    expect(action.locator(".row-title")).to_have_count(3)
    assert set(action.locator(".row-title").all_inner_texts()) == {"one.txt", "two.txt", "דוח.txt"}
    expect(action.locator("[data-count]")).to_have_text("3")
    assert person.fits()


@pytest.mark.parametrize("way", SCRIPTED, ids=str)
def test_files_are_dropped_and_pasted_and_are_there_after_a_reload(person: Person) -> None:
    page = person.page
    page.goto(new_job(page, "By gestures"))
    page.evaluate(DROP, ["dropped.txt", "one"])
    page.evaluate(PASTE, ["pasted.txt", "two"])
    expect(person.file("dropped.txt")).to_be_visible()
    expect(person.file("pasted.txt")).to_be_visible()
    expect(page.locator("[data-total]")).to_have_text("2")
    page.reload()
    taken = person.take(page.get_by_role("link", name="Download pasted.txt", exact=True))
    assert taken.path().read_text() == "two"


@pytest.mark.parametrize("way", SCRIPTED, ids=str)
def test_a_slow_file_shows_its_progress_is_cancelled_and_tried_again(person: Person) -> None:
    page = person.page
    page.goto(new_job(page, "A slow line"))
    line = page.context.new_cdp_session(page)
    line.send("Network.emulateNetworkConditions", {**LINE, "uploadThroughput": 150_000})
    page.evaluate(DROP, ["slow.bin", "x" * 1_500_000])
    expect(page.locator(".upload-words")).to_contain_text(re.compile(r"^[1-9]\d? % · .+/s · .+ left$"))
    assert 0 < float(page.locator("progress").get_attribute("value") or 0) < 100
    assert person.fits()
    person.push("Cancel slow.bin")
    expect(page.locator(".upload-words")).to_have_text("Cancelled. Nothing was kept.")
    line.send("Network.emulateNetworkConditions", {**LINE, "uploadThroughput": -1})
    person.push("Try again slow.bin")
    expect(person.file("slow.bin")).to_be_visible()
    expect(page.locator(".upload")).to_have_count(0)


def test_a_photograph_is_taken_and_looked_at(person: Person) -> None:
    page = person.page
    page.goto(new_job(page, "A defect"))
    person.give("Take a photo" if person.way.is_phone and person.way.scripts else "Choose files", [PHOTO])
    person.press(person.file("IMG_2041.jpg"))
    seen = page.get_by_role("img", name="IMG_2041.jpg")
    expect(seen).to_be_visible()
    expect(seen).to_have_js_property("naturalWidth", 640)
    assert person.fits()


def test_a_link_is_attached(person: Person) -> None:
    page = person.page
    page.goto(new_job(page, "With a link"))
    person.follow("Attach a link")
    page.get_by_label("Address").fill("https://example.org/plans")
    page.get_by_label("Name").fill("Plans of the yard")
    person.push("Attach the link")
    expect(person.file("Plans of the yard")).to_be_visible()
    expect(page.get_by_text("example.org", exact=True)).to_be_visible()


def test_a_form_without_a_file_says_so(person: Person) -> None:
    page = person.page
    page.goto(f"{new_job(page, 'Nothing chosen')}/attach")
    page.locator("input[type=file]").evaluate("field => field.required = false")
    person.push("Attach files")
    expect(page.get_by_text("Choose at least one file.")).to_be_visible()
    expect(page.locator("input[type=file]")).to_be_focused()
