"""What the browser's tests stand on: Chromium, a furnished desk behind a real server, and people who are signed in."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright

from tests.browser.chromium import ARGUMENTS
from tests.browser.desk import PASSWORD, furnish
from tests.browser.person import NARROW, WAYS, WIDE, Person, Way
from tests.process import ServerProcess

PATIENCE = 20_000  # milliseconds


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server of an instance with jobs and files in every state."""
    instance = tmp_path_factory.mktemp("desk") / "instance"
    furnish(instance)
    with ServerProcess(instance) as server:
        yield server


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server of an instance that has just begun."""
    with ServerProcess(tmp_path / "instance") as server:
        yield server


@pytest.fixture
def contexts(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Windows of the browser, each with its own cookies; a failure of a script in one fails the test."""
    opened: list[BrowserContext] = []
    failures: list[str] = []

    def open_one(url: str, width: int = WIDE, **wishes: object) -> BrowserContext:
        size = {"width": width, "height": 844 if width < 500 else 800}
        context = chromium.new_context(base_url=url, viewport=size, **wishes)  # type: ignore[arg-type]  # passed on
        context.set_default_timeout(PATIENCE)
        context.on("weberror", lambda error: failures.append(str(error.error)))
        context.on("console", lambda message: failures.extend([message.text] if _is_refused(message.text) else []))
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()
    assert failures == []


@pytest.fixture(scope="session")
def passes(chromium: Browser) -> Callable[[str, str], StorageState]:
    """What a browser keeps of somebody who signed in to a server once."""
    kept: dict[tuple[str, str], StorageState] = {}

    def sign_in_once(url: str, name: str) -> StorageState:
        if (url, name) not in kept:
            context = chromium.new_context(base_url=url, java_script_enabled=False)
            kept[url, name] = sign_in(context.new_page(), name).context.storage_state()
            context.close()
        return kept[url, name]

    return sign_in_once


@pytest.fixture
def come(
    contexts: Callable[..., BrowserContext], passes: Callable[[str, str], StorageState]
) -> Callable[[ServerProcess, Way, str], Person]:
    """Let somebody who is signed in come to a server's pages."""

    def let_in(server: ServerProcess, way: Way, name: str = "ada") -> Person:
        context = contexts(
            server.url,
            way.width,
            java_script_enabled=way.scripts,
            has_touch=way.is_phone,
            is_mobile=way.is_phone,
            storage_state=passes(server.url, name),
        )
        return Person(context.new_page(), way)

    return let_in


@pytest.fixture(params=WAYS, ids=str)
def way(request: pytest.FixtureRequest) -> Way:
    """Each of the four ways in which people meet the pages."""
    found: Way = request.param
    return found


@pytest.fixture
def person(desk: ServerProcess, come: Callable[..., Person], way: Way) -> Person:
    """An editor at the desk, in each of the four ways."""
    return come(desk, way)


@pytest.fixture
def root(desk: ServerProcess, come: Callable[..., Person], way: Way) -> Person:
    """The administrator, in the same way."""
    return come(desk, way, "root")


def sign_in(page: Page, name: str = "ada", password: str = PASSWORD) -> Page:
    """Sign in through the form."""
    page.goto("/login")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"/jobs$"))
    return page


def _is_refused(message: str) -> bool:
    return "Content Security Policy" in message


__all__ = ["NARROW", "WIDE"]
