"""Changing what is there, in all four ways: names and words, places, content with its history, and many at once."""

from __future__ import annotations

import re
import zipfile

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person, new_job, texts

pytestmark = pytest.mark.browser

THREE = {name: name.encode() for name in ("first.txt", "second.txt", "third.txt")}


def test_a_file_is_renamed_and_described_on_its_page(person: Person) -> None:
    page = person.page
    page.goto(new_job(page, "Words", {"draft.txt": b"words"}))
    person.press(person.file("draft.txt"))
    person.follow("Edit the name and description")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.get_by_label("Name", exact=True).fill("Final words")
    page.get_by_label("Description").fill("As they were said")
    page.get_by_label("File name").fill("final.txt")
    person.push("Save the changes")
    expect(page.get_by_role("heading", level=1)).to_have_text("Final words")
    expect(page.get_by_text("As they were said")).to_be_visible()
    taken = person.take(page.get_by_role("link", name="Download", exact=True))
    assert taken.suggested_filename == "final.txt"


def test_a_name_that_is_none_is_refused_beside_its_field(person: Person) -> None:
    page = person.page
    page.goto(new_job(page, "Refused words", {"row.txt": b"words"}))
    person.follow("Edit row.txt")
    page.get_by_label("Description").fill("Kept while it is mended")
    page.get_by_label("File name").fill("../..")
    person.push("Save the changes")
    expect(page.locator(".field-refused .wrong")).to_be_visible()
    expect(page.get_by_label("File name")).to_be_focused()
    expect(page.get_by_label("Description")).to_have_value("Kept while it is mended")
    person.follow("Cancel", page.locator("form", has_text="File name"))
    expect(page.get_by_label("File name")).to_have_count(0)


def test_the_words_of_a_job_are_changed(person: Person) -> None:
    page = person.page
    page.goto(new_job(page, "Before"))
    person.follow("Add the description")
    expect(page.get_by_label("Description")).to_be_focused()
    page.get_by_label("Description").fill("What it is for")
    person.push("Save description")
    expect(page.locator("#job-description")).to_contain_text("What it is for")
    person.press(page.get_by_label("More about this job"))
    person.follow("Edit the job")
    page.get_by_label("Name").fill("After")
    page.get_by_role("checkbox", name=re.compile("^Private")).check()
    person.push("Save the job")
    expect(page.get_by_role("heading", level=1)).to_have_text("After")
    expect(page.locator(".status")).to_contain_text("Private")


def test_a_file_is_moved_to_an_action_a_folder_and_an_area(person: Person) -> None:
    page = person.page
    page.goto(new_job(page, "Places", {"plan.txt": b"plan"}))
    person.press(page.get_by_label("More about this job"))
    person.follow("Add an action")
    page.get_by_label("Name").fill("Send it")
    person.push("Add the action")
    person.press(person.file("plan.txt"))
    person.follow("Move")
    page.get_by_label("Action").select_option(label="Send it")
    page.get_by_label("Folder").fill("drawings/old")
    page.get_by_label("Area").fill("North")
    person.push("Move")
    facts = page.locator(".facts")
    expect(facts).to_contain_text("drawings/old")
    expect(facts).to_contain_text("North")
    person.follow("Places")
    expect(page.get_by_role("region", name="Send it").get_by_role("link", name="plan.txt", exact=True)).to_be_visible()


def test_a_file_is_replaced_and_an_earlier_version_made_current_again(person: Person) -> None:
    page = person.page
    page.goto(new_job(page, "Versions", {"plan.txt": b"first"}))
    person.press(person.file("plan.txt"))
    person.follow("Replace")
    page.locator("input[type=file]").set_input_files(texts("second.txt"))
    person.push("Replace the file")
    expect(page.get_by_role("heading", name="Earlier versions 1")).to_be_visible()
    old = person.take(page.get_by_role("link", name="Download version 1"))
    assert old.path().read_bytes() == b"first"
    now = person.take(page.get_by_role("link", name="Download", exact=True))
    assert now.path().read_bytes() == b"second.txt"
    person.press(page.get_by_role("button", name=re.compile("^Make this the current version")))
    expect(page.locator(".flash")).to_contain_text("Version 1 is the current one again.")
    again = person.take(page.get_by_role("link", name="Download", exact=True))
    assert again.path().read_bytes() == b"first"
    assert person.fits()


def test_ticked_files_are_taken_moved_and_deleted(person: Person) -> None:
    page = person.page
    here = new_job(page, "Many at once", THREE)
    page.goto(here)
    _tick(person, "first.txt", "third.txt")
    taken = person.take(page.get_by_role("button", name="Download", exact=True))
    with zipfile.ZipFile(taken.path()) as packed:
        assert sorted(packed.namelist()) == ["Files/first.txt", "Files/third.txt", "SHA256SUMS"]
    person.push("Move")
    page.get_by_label("Folder").fill("a/b")
    person.push("Move")
    expect(page.locator(".flash")).to_contain_text("2 attachments moved")
    expect(page.get_by_text("in a/b/")).to_have_count(2)
    page.goto(here)
    _tick(person, "first.txt", "second.txt")
    person.push("Move to trash")
    person.push("Move to the trash")
    expect(page.locator(".flash")).to_contain_text("2 attachments moved to the trash")
    expect(page.locator(".row-pick")).to_have_count(1)
    assert person.fits()


def _tick(person: Person, *names: str) -> None:
    for name in names:
        person.press(person.page.locator(".row-pick", has_text=name))
        expect(person.page.get_by_label(f"Select {name}", exact=True)).to_be_checked()
