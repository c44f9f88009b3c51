"""The walk of a first day: from the code on the terminal to a deleted file, with and without scripts, wide and narrow."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import NARROW, WIDE
from tests.browser.desk import picture
from tests.process import ServerProcess

pytestmark = pytest.mark.browser

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 400
FILES = {"contract.pdf": PDF, "north face.jpg": picture(), "נוטס.txt": b"first line\r\nsecond line\n"}


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """A PDF, a photo and a text on somebody's disk."""
    folder = tmp_path / "mine"
    folder.mkdir()
    return [_written(folder / name, content) for name, content in FILES.items()]


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_the_first_day(
    empty: ServerProcess, contexts: Callable[..., BrowserContext], files: list[Path], scripts: bool, width: int
) -> None:
    page = contexts(empty.url, width, java_script_enabled=scripts).new_page()
    _become_administrator(page, empty)
    _create_job(page)
    _add_action(page)
    _attach(page, files, scripts=scripts)
    _describe(page, "contract.pdf", "Signed by both", scripts=scripts)
    _describe(page, "north face.jpg", "From the street", scripts=scripts)
    assert _downloaded(page, "contract.pdf") == PDF
    assert _downloaded(page, "נוטס.txt") == FILES["נוטס.txt"]
    _delete(page, "north face.jpg")
    expect(page.locator("#files").get_by_role("link", name="contract.pdf", exact=True)).to_be_visible()
    expect(page.locator("#files").get_by_role("link", name="north face.jpg", exact=True)).to_have_count(0)


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _become_administrator(page: Page, server: ServerProcess) -> None:
    code = re.findall(r"with the code (\S+)", server.output())[0]
    page.goto("/")
    page.get_by_label("Set-up code").fill(code)
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Password").fill("a sentence to remember")
    page.get_by_role("button", name="Make the administrator").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Jobs")
    expect(page.locator(".flash")).to_be_focused()


def _create_job(page: Page) -> None:
    page.get_by_role("link", name="Create a job").click()
    page.get_by_label("Name").fill("Nightly report")
    page.get_by_label("Description").fill("Every night at two.")
    page.get_by_role("button", name="Create the job").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nightly report")


def _add_action(page: Page) -> None:
    page.get_by_label("More about this job").click()
    page.get_by_role("link", name="Add an action").click()
    page.get_by_label("Name").fill("Send it")
    page.get_by_label("Type").select_option(label="Send e-mail")
    page.get_by_role("button", name="Add the action").click()
    expect(page.get_by_role("heading", level=2, name="Send it")).to_be_visible()


def _attach(page: Page, files: list[Path], *, scripts: bool) -> None:
    page.get_by_label("Choose files").set_input_files(files)
    if not scripts:
        page.get_by_role("button", name="Attach files").click()
    for name in FILES:
        expect(page.locator("#files").get_by_role("link", name=name, exact=True)).to_be_visible()


def _describe(page: Page, name: str, words: str, *, scripts: bool) -> None:
    page.get_by_role("link", name=f"Edit {name}", exact=True).click()
    page.get_by_label("Description").fill(words)
    page.get_by_role("button", name="Save the changes").click()
    if not scripts:
        _back(page)
    expect(page.locator(".row", has_text=name).get_by_text(words)).to_be_visible()


def _downloaded(page: Page, name: str) -> bytes:
    with page.expect_download() as started:
        page.get_by_role("link", name=f"Download {name}", exact=True).click()
    assert started.value.suggested_filename == name
    return started.value.path().read_bytes()


def _delete(page: Page, name: str) -> None:
    page.locator("#files").get_by_role("link", name=name, exact=True).click()
    page.get_by_role("link", name="Move to the trash").click()
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.locator(".flash")).to_contain_text("is in the trash")


def _back(page: Page) -> None:
    page.get_by_label("Where you are").get_by_role("link", name="Nightly report").click()
