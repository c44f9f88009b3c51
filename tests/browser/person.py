"""Somebody at the pages: at a desk or on a phone, with scripts or without. It knows how people press, and no page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Download, FilePayload, Locator, Page

WIDE, NARROW = 1280, 390


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody meets the pages. A narrow one is a phone: it has a finger and no mouse."""

    scripts: bool
    width: int

    def __str__(self) -> str:
        return f"{'scripts' if self.scripts else 'plain'}-{self.width}"

    @property
    def is_phone(self) -> bool:
        """Whether it is a phone's."""
        return self.width == NARROW


WAYS = [Way(scripts, width) for scripts in (True, False) for width in (WIDE, NARROW)]
SCRIPTED = [way for way in WAYS if way.scripts]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who looks at a page."""

    page: Page
    way: Way

    def press(self, what: Locator) -> None:
        """Press something, with the finger or the mouse."""
        what.tap() if self.way.is_phone else what.click()

    def follow(self, name: str, within: Locator | None = None) -> None:
        """Press the first link of exactly this name."""
        self.press((within or self.page).get_by_role("link", name=name, exact=True).first)

    def push(self, name: str, within: Locator | None = None) -> None:
        """Press the button of exactly this name."""
        self.press((within or self.page).get_by_role("button", name=name, exact=True))

    def choose(self, label: str, words: str) -> None:
        """Choose in a list that narrows: with scripts that is all, without them its button is pressed."""
        form = self.page.locator("#main form.filters")
        with self.page.expect_navigation():
            form.get_by_label(label, exact=True).select_option(label=words)
            if not self.way.scripts:
                self.press(form.get_by_role("button"))

    def give(self, label: str, files: list[FilePayload] | list[Path]) -> None:
        """Choose files; without scripts the form is sent by its button."""
        self.page.get_by_label(label).set_input_files(files)
        if not self.way.scripts:
            self.push("Attach files", self.page.locator("#attach"))

    def take(self, what: Locator) -> Download:
        """Press what gives a file, and return it."""
        with self.page.expect_download() as started:
            self.press(what)
        return started.value

    def file(self, name: str) -> Locator:
        """Find the link to a file in the lists of a job."""
        return self.page.locator("#files").get_by_role("link", name=name, exact=True)

    def titles(self) -> list[str]:
        """Read the names in the list."""
        return self.page.locator(".row-title").all_inner_texts()

    def fits(self) -> bool:
        """Whether nothing of the page lies beyond its right edge."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth") <= self.way.width)


def new_job(page: Page, title: str, files: Mapping[str, bytes] | None = None) -> str:
    """Make a job with these files, by its forms and without looking at them; return its address."""
    ask = page.context.request
    fields = _hidden(ask.get("/jobs/new").text())
    made = ask.post("/jobs/new", form={**fields, "title": title, "driver": "worker"})
    assert made.ok, made.text()
    for name, content in (files or {}).items():
        fields = _hidden(ask.get(f"{made.url}/attach").text())
        file = FilePayload(name=name, mimeType="application/octet-stream", buffer=content)
        assert ask.post(f"{made.url}/attach", multipart={**fields, "files": file}).ok
    return made.url


def texts(*names: str) -> list[FilePayload]:
    """Make small text files, whose content is their name."""
    return [FilePayload(name=name, mimeType="text/plain", buffer=name.encode()) for name in names]


def asked(page: Page) -> dict[str, str]:
    """Read what the page's address asks for."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def _hidden(page: str) -> dict[str, str]:
    main = page[page.index("<main") :]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', main))
