"""Uploads in the page that outlive the server: killed in the middle, started again, and ended byte by byte."""

from __future__ import annotations

import hashlib
import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from tests.browser.conftest import NARROW, WIDE, sign_in
from tests.browser.desk import opened, people
from tests.process import MOST_MEMORY, ServerProcess

pytestmark = pytest.mark.browser

MIB = 1024 * 1024
PATIENCE = 300_000  # milliseconds


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server that comes back on the same port."""
    instance = tmp_path / "instance"
    with opened(instance) as house:
        people(house)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with ServerProcess(instance, arguments=("-m", "cli", "serve", "--port", str(port))) as server:
        yield server


@pytest.mark.parametrize(("width", "size"), [(WIDE, 60), (NARROW, 60), pytest.param(WIDE, 300, marks=pytest.mark.slow)])
@pytest.mark.timeout(600)
def test_an_upload_goes_on_after_the_server_was_killed(
    server: ServerProcess, contexts: Callable[..., BrowserContext], tmp_path: Path, width: int, size: int
) -> None:
    page, mine = _job_page(server, contexts, width), _made(tmp_path, size)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - a built-in cannot be wrapped
    page.get_by_label("Choose files").set_input_files(mine)
    _await(lambda: _arrived(server) >= 8)
    assert max(server.peak_memory().values()) < MOST_MEMORY
    server.kill()
    expect(page.get_by_text("Trying again")).to_be_visible()
    kept = _arrived(server)
    server.start()
    _expect_attached(page)
    assert max(server.peak_memory().values()) < MOST_MEMORY
    assert 8 <= kept < size
    assert [request.method for request in asked if request.url.endswith("/tus/")] == ["POST"]
    assert _downloaded(page) == hashlib.sha256(mine.read_bytes()).hexdigest()


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.timeout(600)
def test_an_upload_that_the_browser_left_goes_on_when_the_file_is_chosen_again(
    server: ServerProcess, contexts: Callable[..., BrowserContext], tmp_path: Path, width: int
) -> None:
    page, mine = _job_page(server, contexts, width), _made(tmp_path, 60)
    page.get_by_label("Choose files").set_input_files(mine)
    _await(lambda: _arrived(server) >= 8)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.evaluate(SMALL_PIECES)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - a built-in cannot be wrapped
    page.get_by_label("Choose files").set_input_files(mine)
    _expect_attached(page)
    assert [request.method for request in asked if request.url.endswith("/tus/")] == []
    assert _downloaded(page) == hashlib.sha256(mine.read_bytes()).hexdigest()


SMALL_PIECES = "document.querySelector('[data-attach]').dataset.piece = 1024 * 1024"


def _job_page(server: ServerProcess, contexts: Callable[..., BrowserContext], width: int) -> Page:
    phone = width == NARROW
    page = sign_in(contexts(server.url, width, has_touch=phone, is_mobile=phone).new_page())
    page.goto("/jobs/new")
    page.get_by_label("Name").fill("A long way")
    page.get_by_role("button", name="Create the job").click()
    page.wait_for_url(re.compile(r"/jobs/\d+$"))
    page.evaluate(SMALL_PIECES)
    return page


def _made(folder: Path, size: int) -> Path:
    """Write a file of so many MiB that no two pieces share."""
    path = folder / "film.bin"
    with path.open("wb") as file:
        for _ in range(size):
            file.write(os.urandom(MIB))
    return path


def _arrived(server: ServerProcess) -> int:
    """Return how many whole MiB lie in the store's unfinished uploads."""
    return sum(path.stat().st_size for path in server.instance.glob("**/partial/*")) // MIB


def _await(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE / 1000
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _expect_attached(page: Page) -> None:
    expect(page.locator("#files").get_by_role("link", name="film.bin", exact=True)).to_be_visible(timeout=PATIENCE)


def _downloaded(page: Page) -> str:
    with page.expect_download(timeout=PATIENCE) as started:
        page.get_by_role("link", name="Download film.bin").click()
    return hashlib.sha256(started.value.path().read_bytes()).hexdigest()
