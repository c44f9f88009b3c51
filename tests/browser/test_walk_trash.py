"""The trash in all four ways: what goes, who took it and when, back again, and gone for good."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.person import Person, new_job

pytestmark = pytest.mark.browser


def test_a_file_goes_comes_back_and_is_purged(person: Person, root: Person) -> None:
    page, name = person.page, f"minutes of {person.way}.txt"
    here = new_job(page, "A file that goes", {name: b"words"})
    page.goto(here)
    _delete_file(person, name)
    expect(page.locator(".flash")).to_be_focused()
    expect(person.file(name)).to_have_count(0)
    row = _in_the_trash(person, name)
    expect(row).to_contain_text("A file that goes")
    expect(row.get_by_role("link", name=f"Purge {name}")).to_have_count(0)
    person.push(f"Restore {name}")
    expect(page.locator(".flash")).to_be_visible()
    page.goto(here)
    _delete_file(person, name)
    _purge(root, name)
    page.goto("/trash")
    expect(page.locator(".row", has_text=name)).to_have_count(0)


def test_an_output_goes_comes_back_and_is_purged(person: Person, root: Person) -> None:
    page = person.page
    name = _delete_first_output(person)
    _in_the_trash(person, name, "Outputs")
    person.push(f"Restore {name}.reading")
    expect(page.locator(".flash")).to_be_visible()
    assert _delete_first_output(person) == name
    _purge(root, f"{name}.reading", "Outputs")
    page.goto("/trash/outputs")
    expect(page.locator(".row", has_text=name)).to_have_count(0)


def test_a_job_goes_with_its_files_and_comes_back_with_them(person: Person) -> None:
    page, title = person.page, f"A job that goes {person.way}"
    here = new_job(page, title, {"kept.txt": b"words"})
    page.goto(here)
    person.press(page.get_by_label("More about this job"))
    person.follow("Move to the trash")
    expect(page.get_by_text("goes with its 1 file and 0 outputs")).to_be_visible()
    person.push("Move to the trash")
    expect(page.locator(".flash")).to_be_visible()
    assert page.context.request.get(here).status == 404
    _in_the_trash(person, title, "Jobs and records")
    person.push(f"Restore {title}")
    expect(page.locator(".flash")).to_be_visible()
    page.goto(here)
    expect(person.file("kept.txt")).to_be_visible()


def _delete_file(person: Person, name: str) -> None:
    person.press(person.file(name))
    person.follow("Move to the trash")
    person.push("Move to the trash")
    expect(person.page.locator(".flash")).to_contain_text("is in the trash")


def _delete_first_output(person: Person) -> str:
    """Move the first output of the job of many to the trash, and return its name."""
    page = person.page
    page.goto("/jobs?q=Weather")
    person.follow("Weather readings")
    name = page.locator("#outputs .row-title").first.inner_text()
    person.follow(f"Delete {name}")
    person.push("Move to the trash")
    expect(page.locator(".flash")).to_be_visible()
    return name


def _in_the_trash(person: Person, name: str, tab: str = "") -> Locator:
    """Go to the trash by the menu, and expect there who took it and when."""
    page = person.page
    person.press(page.locator(".bar .menu > summary"))
    person.follow("Trash", page.locator(".bar"))
    if tab:
        person.follow(tab)
    row = page.locator(".row", has_text=name)
    expect(row).to_contain_text("by ada")
    expect(row.locator("time")).to_have_attribute("title", re.compile(r" UTC$"))
    assert person.fits()
    return row


def _purge(root: Person, name: str, tab: str = "") -> None:
    """Let the administrator remove it for good, after a question."""
    page = root.page
    page.goto("/trash")
    if tab:
        root.follow(tab)
    root.follow(f"Purge {name}")
    expect(page.get_by_text("This cannot be undone")).to_be_visible()
    assert root.fits()
    root.push("Remove for good")
    expect(page.locator(".flash")).to_be_visible()
    expect(page.locator(".row", has_text=name)).to_have_count(0)
