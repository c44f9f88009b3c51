"""Taking in all four ways: files, zips, checksums, and the same object through the APIs."""

from __future__ import annotations

import hashlib
import re
import zipfile

import pytest
from playwright.sync_api import Download, Locator, expect

from tests.browser.desk import sales
from tests.browser.person import Person, new_job, texts

pytestmark = pytest.mark.browser

CONTENT = bytes(range(256)) * 40
APIS = {"Informer", "Alloy", "SaferMe", "Nimblex", "UFDL"}


def test_one_file_is_taken_as_it_is_and_its_checksum_read(person: Person) -> None:
    page = person.page
    page.goto(new_job(page, "One", {"data.bin": CONTENT}))
    from_row = person.take(page.get_by_role("link", name="Download data.bin", exact=True))
    assert (from_row.suggested_filename, from_row.path().read_bytes()) == ("data.bin", CONTENT)
    person.press(person.file("data.bin"))
    checksum = hashlib.sha256(CONTENT).hexdigest()
    expect(page.locator(".hash")).to_have_text(checksum[:8])
    assert _whole_checksum(person) == checksum
    assert person.fits()


def test_a_job_and_an_action_are_taken_as_zips_of_known_length(person: Person) -> None:
    page = person.page
    page.goto(new_job(page, "Whole", {"a.txt": b"a"}))
    person.press(page.get_by_label("More about this job"))
    person.follow("Add an action")
    page.get_by_label("Name").fill("Send it")
    person.push("Add the action")
    page.get_by_label("Attach to").select_option(label="Send it")
    person.give("Choose files", texts("b.txt", "c.txt"))
    expect(person.file("c.txt")).to_be_visible()
    page.reload()
    whole = person.take(page.get_by_role("link", name=re.compile("^Download all")))
    assert _names(whole) == ["Files/a.txt", "SHA256SUMS", "Send it/b.txt", "Send it/c.txt"]
    part = person.take(page.get_by_role("link", name="Download 2 files of Send it"))
    assert {name.rpartition("/")[2] for name in _names(part)} == {"b.txt", "c.txt", "SHA256SUMS"}
    length = page.context.request.head(part.url).headers["content-length"]
    assert int(length) == part.path().stat().st_size


def test_the_same_file_is_reached_through_the_apis(person: Person) -> None:
    page = person.page
    page.goto(new_job(page, "Through the APIs", {"data.bin": CONTENT}))
    person.press(person.file("data.bin"))
    _expect_lines(person, "Same file through the APIs")


def test_the_same_output_is_reached_through_its_api(person: Person) -> None:
    person.page.goto("/jobs/1")
    person.follow("summary.csv", person.page.locator("#outputs"))
    _expect_lines(person, "Same output through the APIs")
    taken = person.take(person.page.get_by_role("link", name="Download", exact=True))
    assert taken.path().read_bytes() == sales()


def test_the_index_of_the_apis_leads_to_what_each_serves(person: Person) -> None:
    page = person.page
    page.goto("/jobs")
    person.press(page.locator(".bar .menu > summary"))
    person.follow("APIs")
    expect(page.get_by_role("heading", level=1)).to_have_text("APIs")
    assert {title.split()[0] for title in person.titles()} >= APIS
    person.press(page.locator(".row-title", has_text="UFDL"))
    expect(page.locator(".facts")).to_contain_text("Credential")
    expect(page.get_by_role("cell", name="POST", exact=True).first).to_be_visible()
    address = page.get_by_role("link", name="OpenAPI document").get_attribute("href")
    assert page.context.request.get(str(address)).json()["openapi"].startswith("3.")
    assert person.fits()


def _whole_checksum(person: Person) -> str:
    """Read the whole checksum: where a script can copy it, from the clipboard; otherwise it is on the page."""
    copy = person.page.get_by_role("button", name="Copy the whole SHA-256")
    return _copied(person, copy) if person.way.scripts else person.page.locator(".hash-whole").inner_text()


def _copied(person: Person, button: Locator) -> str:
    person.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    person.press(button)
    expect(person.page.get_by_role("button", name=re.compile("^Copied"))).to_be_visible()
    return str(person.page.evaluate("navigator.clipboard.readText()"))


def _expect_lines(person: Person, panel: str) -> None:
    """Unfold the panel, and expect ready lines that are copied by a button where there are scripts."""
    page = person.page
    expect(page.locator(".rosetta pre").first).to_be_hidden()
    person.press(page.locator("summary", has_text=panel))
    line = page.locator(".rosetta pre").first
    expect(line).to_be_visible()
    assert line.inner_text().startswith("curl ")
    buttons = page.locator(".rosetta button:visible")
    assert buttons.count() == (page.locator(".rosetta pre").count() if person.way.scripts else 0)
    assert not person.way.scripts or _copied(person, buttons.first).strip() == line.inner_text().strip()
    assert person.fits()


def _names(taken: Download) -> list[str]:
    """Return what a zip holds, each member with the checksum that the zip itself tells."""
    with zipfile.ZipFile(taken.path()) as packed:
        told = packed.read("SHA256SUMS").decode() if "SHA256SUMS" in packed.namelist() else ""
        for line in told.splitlines():
            checksum, _, name = line.partition("  ")
            assert hashlib.sha256(packed.read(name)).hexdigest() == checksum
        return sorted(packed.namelist())
