"""What scripts add to attaching: drop, paste, progress, cancel, try again; and the description in its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.conftest import NARROW, sign_in
from tests.browser.gestures import DROP, PASTE
from tests.process import ServerProcess

pytestmark = pytest.mark.browser


@pytest.fixture
def job(desk: ServerProcess, contexts: Callable[..., BrowserContext]) -> Page:
    """The page of a new job."""
    page = sign_in(contexts(desk.url).new_page())
    page.goto("/jobs/new")
    page.get_by_label("Name").fill("A job to try")
    page.get_by_role("button", name="Create the job").click()
    page.wait_for_url(re.compile(r"/jobs/\d+$"))
    return page


@pytest.mark.parametrize("gesture", [DROP, PASTE], ids=["dropped", "pasted"])
def test_a_file_that_comes_by_a_gesture_is_attached(job: Page, gesture: str) -> None:
    job.evaluate(gesture, ["gesture.txt", "words"])
    expect(job.locator("#files").get_by_role("link", name="gesture.txt", exact=True)).to_be_visible()
    expect(job.locator("[data-count]").first).to_have_text("1")
    expect(job.get_by_text("No files yet")).to_have_count(0)


def test_what_was_attached_is_still_there_after_a_reload(job: Page) -> None:
    job.evaluate(DROP, ["kept.txt", "words"])
    expect(job.locator("#files").get_by_role("link", name="kept.txt", exact=True)).to_be_visible()
    job.reload()
    expect(job.locator("#files").get_by_role("link", name="kept.txt", exact=True)).to_be_visible()


def test_a_lost_connection_is_tried_again_by_itself(job: Page) -> None:
    job.route("**/tus/**", lambda route: route.abort(), times=2)
    job.evaluate(DROP, ["again.txt", "words"])
    expect(job.get_by_text("Trying again")).to_be_visible()
    expect(job.locator("#files").get_by_role("link", name="again.txt", exact=True)).to_be_visible()
    expect(job.locator(".upload")).to_have_count(0)


def test_an_upload_that_arrived_though_its_answer_was_lost_is_attached_once(job: Page) -> None:
    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    job.route(re.compile(r"/tus/[0-9a-f-]{36}$"), lose_the_answer, times=1)
    job.evaluate(DROP, ["once.txt", "words"])
    expect(job.locator("#files").get_by_role("link", name="once.txt", exact=True)).to_be_visible()
    job.reload()
    expect(job.locator("#files").get_by_role("link", name="once.txt", exact=True)).to_have_count(1)


def test_a_file_that_is_chosen_twice_is_attached_twice(job: Page) -> None:
    twice = DROP.replace("carried.items.add(new File([text], name));", "carried.items.add(new File([text], name));" * 2)
    job.evaluate(twice, ["twice.txt", "words"])
    expect(job.locator("#files").get_by_role("link", name="twice.txt", exact=True)).to_have_count(2)


def test_a_refusal_is_told_in_the_words_of_the_server(job: Page) -> None:
    job.evaluate("document.querySelector('[data-attach] [name=csrf_token]').value = 'stale'")
    job.evaluate(DROP, ["refused.txt", "words"])
    expect(job.locator(".upload-words")).to_contain_text("Reload the page")
    expect(job.get_by_role("button", name="Try again refused.txt")).to_be_visible()


def test_a_running_upload_is_cancelled_and_leaves_nothing(job: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route) if route.request.method == "PATCH" else route.continue_()

    job.route("**/tus/**", hold)
    with job.expect_request(lambda request: request.method == "PATCH"):
        job.evaluate(DROP, ["never.txt", "words"])
    with job.expect_response(lambda reply: reply.request.method == "DELETE") as given_up:
        job.get_by_role("button", name="Cancel never.txt").click()
    expect(job.locator(".upload-words")).to_have_text("Cancelled. Nothing was kept.")
    assert given_up.value.status == 204
    job.get_by_role("button", name="Dismiss never.txt").click()
    expect(job.locator(".upload")).to_have_count(0)
    held[0].abort()


def test_a_camera_is_offered_where_there_is_a_finger_alone(
    desk: ServerProcess, contexts: Callable[..., BrowserContext]
) -> None:
    phone = sign_in(contexts(desk.url, NARROW, has_touch=True, is_mobile=True).new_page())
    phone.goto("/jobs/2")
    expect(phone.get_by_text("Take a photo")).to_be_in_viewport()
    assert phone.locator("[data-camera] input").get_attribute("capture") == "environment"


def test_no_camera_is_offered_beside_a_mouse(job: Page) -> None:
    expect(job.get_by_text("Choose files")).to_be_visible()
    expect(job.get_by_text("Take a photo")).to_be_hidden()


def test_a_file_over_the_limit_is_refused_before_it_is_sent(job: Page) -> None:
    job.evaluate("document.querySelector('[data-attach]').dataset.limit = '4'")
    job.evaluate(DROP, ["large.txt", "words"])
    expect(job.locator(".upload-words")).to_have_text("Too large: 5 bytes. At most 4 bytes.")
    expect(job.get_by_role("button", name="Try again large.txt")).to_be_hidden()


def test_a_description_is_edited_in_its_place(job: Page) -> None:
    address = job.url
    job.get_by_role("link", name="Add the description").click()
    expect(job.get_by_label("Description")).to_be_focused()
    job.get_by_label("Description").fill("In its place")
    job.get_by_role("button", name="Save description").click()
    expect(job.locator("#job-description")).to_contain_text("In its place")
    expect(job.get_by_role("link", name="Edit the description")).to_be_focused()
    assert job.url == address
    job.reload()
    expect(job.locator("#job-description")).to_contain_text("In its place")


def test_a_file_is_renamed_and_described_on_its_page_without_leaving_it(job: Page) -> None:
    job.evaluate(DROP, ["draft.txt", "words"])
    job.locator("#files").get_by_role("link", name="draft.txt", exact=True).click()
    job.wait_for_url("**/attachments/*")
    address = job.url
    job.get_by_role("link", name="Edit the name and description").click()
    expect(job.get_by_label("Name", exact=True)).to_be_focused()
    job.get_by_label("Name", exact=True).fill("Final words")
    job.get_by_label("File name").fill("final.txt")
    job.get_by_role("button", name="Save the changes").click()
    expect(job.get_by_role("heading", level=1)).to_have_text("Final words")
    expect(job.get_by_role("link", name="Edit the name and description")).to_be_focused()
    expect(job.locator(".facts")).to_contain_text("final.txt")
    assert job.url == address


def test_a_row_is_edited_in_its_place_or_left_as_it_was(job: Page) -> None:
    job.evaluate(DROP, ["row.txt", "words"])
    edit = job.get_by_role("link", name="Edit row.txt")
    edit.click()
    job.get_by_label("File name").fill("../..")
    job.get_by_role("button", name="Save the changes").click()
    expect(job.locator(".row-editing .wrong")).to_be_visible()
    job.locator(".row-editing").get_by_role("link", name="Cancel").click()
    expect(edit).to_be_focused()
    expect(job.locator(".row-editing")).to_have_count(0)


def test_a_form_in_its_place_leads_to_a_page_of_its_own_where_the_session_ended(job: Page) -> None:
    job.evaluate(DROP, ["late.txt", "words"])
    job.get_by_role("link", name="Edit late.txt").click()
    expect(job.get_by_label("Name", exact=True)).to_be_focused()
    job.context.clear_cookies()
    job.get_by_role("button", name="Save the changes").click()
    job.wait_for_url(lambda url: "/jobs/" not in url)
    expect(job.locator("h1")).to_have_count(1)
    expect(job.locator(".row-editing")).to_have_count(0)


def test_a_menu_closes_on_escape_and_gives_the_focus_back(job: Page) -> None:
    summary = job.get_by_label("More about this job")
    summary.click()
    job.keyboard.press("Escape")
    expect(job.get_by_role("link", name="Add an action")).to_be_hidden()
    expect(summary).to_be_focused()


def test_the_keyboard_alone_attaches_describes_downloads_and_deletes(job: Page, tmp_path: Path) -> None:
    mine = tmp_path / "keys.txt"
    mine.write_text("typed")
    with job.expect_file_chooser() as chooser:
        _tab_to(job, "Choose files")
        job.keyboard.press("Enter")
    chooser.value.set_files(mine)
    expect(job.locator("#files").get_by_role("link", name="keys.txt", exact=True)).to_be_visible()
    _tab_to(job, "Download keys.txt")
    with job.expect_download() as started:
        job.keyboard.press("Enter")
    assert started.value.path().read_text() == "typed"
    _tab_to(job, "Edit keys.txt")
    job.keyboard.press("Enter")
    expect(job.get_by_label("Name", exact=True)).to_be_focused()
    _tab_to(job, "Description")
    job.keyboard.type("By hand")
    _tab_to(job, "Save the changes")
    job.keyboard.press("Enter")
    expect(job.get_by_role("link", name="Edit keys.txt")).to_be_focused()
    expect(job.locator(".row", has_text="keys.txt")).to_contain_text("By hand")
    job.locator("#files").get_by_role("link", name="keys.txt", exact=True).focus()
    job.keyboard.press("Enter")
    job.wait_for_url("**/attachments/*")
    _tab_to(job, "Move to the trash")
    job.keyboard.press("Enter")
    job.wait_for_url("**/delete")
    job.keyboard.press("Enter")
    expect(job.locator(".flash")).to_contain_text("is in the trash")


def test_on_a_phone_the_place_for_files_stays_in_reach(
    desk: ServerProcess, contexts: Callable[..., BrowserContext]
) -> None:
    page = sign_in(contexts(desk.url, NARROW).new_page())
    page.goto("/jobs/7")
    expect(page.get_by_text("Choose files")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until something of that name has the focus."""
    script = """(name) => {
      const here = document.activeElement;
      const labels = here.labels ? [...here.labels].map((label) => label.textContent) : [];
      const names = [here.textContent, here.getAttribute("aria-label"), ...labels];
      return names.some((text) => (text || "").replace(/\\s+/g, " ").trim() === name);
    }"""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(script, name):
            return
    raise AssertionError(f"no Tab leads to {name!r}")
