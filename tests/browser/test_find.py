"""What scripts add to finding and to ticking: a key for the search, all at once, a stretch with Shift."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from tests.browser.conftest import sign_in
from tests.browser.desk import sales
from tests.process import ServerProcess

pytestmark = pytest.mark.browser

NAMES = ("first.txt", "second.txt", "third.txt")


def job_with_files(page: Page) -> str:
    """Make a job with three files and return its address."""
    page.goto("/jobs/new")
    page.get_by_label("Name").fill("Many at once")
    page.get_by_role("button", name="Create the job").click()
    page.wait_for_url(re.compile(r"/jobs/\d+$"))
    here = page.url
    page.goto(f"{here}/attach")
    files = [FilePayload(name=name, mimeType="text/plain", buffer=name.encode()) for name in NAMES]
    page.locator("input[type=file]").set_input_files(files)
    page.get_by_role("button", name="Attach files").click()
    page.wait_for_url(re.compile(r"/jobs/\d+$"))
    return here


def test_all_are_selected_at_once_and_shift_ticks_a_stretch(
    desk: ServerProcess, contexts: Callable[..., BrowserContext]
) -> None:
    page = sign_in(contexts(desk.url).new_page())
    job_with_files(page)
    button = page.get_by_role("button", name="Download", exact=True)
    expect(button).to_be_hidden()
    page.get_by_label("Select all").check()
    expect(page.locator("[data-selection-words]")).to_have_text("3 selected")
    page.get_by_label("Select all").uncheck()
    expect(button).to_be_hidden()
    page.locator(".row-pick input").first.check()
    page.locator(".row-pick input").last.click(modifiers=["Shift"])
    expect(page.locator("[data-selection-words]")).to_have_text("3 selected")
    expect(button).to_be_visible()


def test_the_field_in_the_bar_finds_and_leads_there(
    desk: ServerProcess, contexts: Callable[..., BrowserContext]
) -> None:
    page = sign_in(contexts(desk.url).new_page())
    page.keyboard.press("/")
    page.keyboard.type("summary.c")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="summary.csv").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("summary.csv")
    with page.expect_download() as started:
        page.get_by_role("link", name="Download", exact=True).click()
    assert started.value.path().read_bytes() == sales()
