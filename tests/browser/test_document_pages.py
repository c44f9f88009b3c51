"""A PDF as people meet it: attached, its pages drawn in the background, looked at with and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from core import outputs
from core.access import HOUSE
from core.commands import ByNumber, RecordOutput
from tests import documents
from tests.browser.conftest import NARROW, WIDE, sign_in
from tests.browser.desk import furnish, opened
from tests.process import ServerProcess

pytestmark = pytest.mark.browser

PATIENCE = 60_000  # milliseconds; the worker has other pictures to look at first


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server whose worker has little else to look at."""
    instance = tmp_path_factory.mktemp("quiet") / "instance"
    furnish(instance, crowd=1)
    with opened(instance) as house:
        report = RecordOutput("report.pdf", "report", [documents.pdf(3)])
        outputs.record(house, HOUSE, ByNumber("Job", 1), report)
    with ServerProcess(instance) as server:
        yield server


def attach(page: Page, name: str, content: bytes) -> None:
    """Attach a PDF to the empty job through the plain form, and open its page."""
    page.goto("/jobs/2/attach")
    file: FilePayload = {"name": name, "mimeType": "application/pdf", "buffer": content}
    page.locator('input[type="file"]').first.set_input_files(file)
    page.get_by_role("button", name=re.compile("Attach")).last.click()
    page.locator("a.row-title", has_text=name).click()


def test_the_pages_of_a_pdf_come_by_themselves(quiet: ServerProcess, contexts: Callable[..., BrowserContext]) -> None:
    page = sign_in(contexts(quiet.url, WIDE).new_page())
    attach(page, "plan.pdf", documents.pdf(12))
    expect(page.get_by_role("img", name="Page 1 of 12")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("12 pages; the first 10 are shown")).to_be_visible()
    drawn = "document.querySelector('.pages img').naturalWidth"
    page.wait_for_function(f"{drawn} > 0")
    assert page.evaluate(drawn) == 905


def test_without_scripts_a_link_looks_again(quiet: ServerProcess, contexts: Callable[..., BrowserContext]) -> None:
    page = sign_in(contexts(quiet.url, NARROW, java_script_enabled=False).new_page())
    attach(page, "simple.pdf", documents.pdf(2))
    again = page.get_by_role("link", name="Look again")
    for _ in range(PATIENCE // 500):
        if again.count() == 0:
            break
        page.wait_for_timeout(500)
        again.click()
    expect(page.get_by_role("img", name="Page 2 of 2")).to_have_count(1)


def test_a_locked_pdf_says_so_and_can_be_downloaded(
    quiet: ServerProcess, contexts: Callable[..., BrowserContext]
) -> None:
    page = sign_in(contexts(quiet.url, NARROW).new_page())
    attach(page, "locked.pdf", documents.locked())
    refusal = page.get_by_text("No preview could be made. The file is locked with a password.")
    expect(refusal).to_be_visible(timeout=PATIENCE)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download", exact=True).click()
    assert download.value.path().read_bytes() == documents.locked()


def test_an_output_is_drawn_when_somebody_looks_at_it(
    quiet: ServerProcess, contexts: Callable[..., BrowserContext]
) -> None:
    page = sign_in(contexts(quiet.url, NARROW).new_page())
    page.goto("/jobs/1")
    page.locator("#outputs").get_by_role("link", name="report.pdf", exact=True).click()
    expect(page.get_by_role("img", name="Page 1 of 3")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("3 pages.")).to_be_visible()
