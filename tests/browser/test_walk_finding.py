"""Finding: the one search, and the lists with what narrows, orders and pages them. Each is walked in all four ways."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.person import Person, asked
from tests.process import ServerProcess

pytestmark = pytest.mark.browser


def test_the_search_in_the_bar_is_narrowed_ordered_and_shared(
    person: Person, come: Callable[..., Person], desk: ServerProcess
) -> None:
    page = person.page
    page.goto("/jobs")
    page.get_by_label("Search jobs, files, outputs").fill("s")
    page.keyboard.press("Enter")
    page.locator("#main").get_by_label("Words").fill("IMG_000")
    page.get_by_label("From").fill("2020-01-01")
    person.choose("Kind", "Files and links")
    person.choose("Belongs to", "Job")
    person.choose("Owner or author", "bo")
    newest = person.titles()
    person.choose("Order", "Oldest first")
    assert person.titles() == [f"IMG_000{number}.jpg" for number in range(10)] == newest[::-1]
    assert set(page.locator(".row-kind").all_inner_texts()) == {"File"}
    other = come(desk, person.way, "vi")
    other.page.goto(page.url)
    assert other.titles() == person.titles()
    assert person.fits()


def test_what_the_search_finds_goes_on_and_leads_to_the_thing(person: Person) -> None:
    page = person.page
    page.goto("/search?q=IMG_")
    first = person.titles()
    person.follow("More →")
    expect(page.get_by_role("link", name="← The first page")).to_be_visible()
    assert not set(first) & set(person.titles())
    person.follow("← The first page")
    expect(page.locator(".row-title").first).to_have_text(first[0])
    page.get_by_label("Search jobs, files, outputs").fill("summary.c")
    page.keyboard.press("Enter")
    person.follow("summary.csv")
    expect(page.get_by_role("heading", level=1)).to_have_text("summary.csv")


def test_a_search_that_finds_nothing_offers_everything(person: Person) -> None:
    person.page.goto("/search?q=nothing-like-it&kind=output")
    expect(person.page.get_by_text("Nothing matches.")).to_be_visible()
    person.follow("Show everything")
    expect(person.page.locator(".row").first).to_be_visible()
    assert asked(person.page) == {}


def test_the_jobs_are_narrowed_ordered_paged_and_shared(
    person: Person, come: Callable[..., Person], desk: ServerProcess
) -> None:
    page = person.page
    page.goto("/jobs")
    page.locator("#main").get_by_label("Name or description").fill("inspection")
    person.choose("Type", "Work by hand or by a node")
    person.choose("Owner", "bo")
    person.choose("Order", "Name")
    first = person.titles()
    assert first == sorted(first)
    assert set(page.locator(".row-who").all_inner_texts()) == {"bo"}
    person.follow("More →")
    expect(page.get_by_role("link", name="← Before")).to_be_visible()
    rest = person.titles()
    assert len({*first, *rest}) == 60 == len(first) + len(rest)
    other = come(desk, person.way, "vi")
    other.page.goto(page.url)
    assert other.titles() == rest
    person.follow("← Before")
    expect(page.locator(".row-title").first).to_have_text(first[0])
    assert person.titles() == first


def test_five_hundred_files_are_paged_and_one_is_found(person: Person) -> None:
    page = person.page
    page.goto("/jobs/7/files")
    person.follow("Older →")
    expect(page.locator(".row-title").first).to_have_text("IMG_0399.jpg")
    assert len(person.titles()) == 100
    person.follow("← Newer")
    expect(page.locator(".row-title").first).to_have_text("IMG_0499.jpg")
    page.get_by_label("Name or description").fill("img_0042")
    person.push("Show")
    expect(page.locator(".row-title")).to_have_text(["IMG_0042.jpg"])


def test_the_outputs_of_a_job_have_a_page_of_their_own_that_goes_on_and_back(person: Person) -> None:
    page = person.page
    page.goto("/jobs?q=Weather")
    person.follow("Weather readings")
    person.follow("All 102 outputs")
    expect(page.get_by_role("heading", level=1)).to_have_text("All outputs")
    person.follow("Later →")
    expect(page.locator(".row-title")).to_have_text(["hour-100", "hour-101"])
    person.follow("← Earlier")
    expect(page.locator(".row-title").first).to_have_text("hour-000")
    assert len(person.titles()) == 100
    taken = person.take(page.get_by_role("link", name="Download hour-007", exact=True))
    assert taken.path().read_bytes() == b"7"
    assert person.fits()
    person.follow("hour-007")
    page.wait_for_url(re.compile(r"/outputs/\d+$"))
