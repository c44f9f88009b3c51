"""Jobs on the pages: the list, one job, and what changes it."""

from __future__ import annotations

import re

import pytest

from core import job_pages, jobs
from core.access import Caller
from core.commands import CreateJob
from core.house import House
from core.job_pages import JobQuery
from models import Job
from tests.cast import Cast
from tests.pages.conftest import Visitor


def nonce_of(page: str) -> str:
    """Return the nonce of the form in a page."""
    return str(re.findall(r'name="nonce" value="([^"]+)"', page)[0])


def titles(page: str) -> list[str]:
    """Return the titles of the rows in a list."""
    return re.findall(r'class="row-title" href="/jobs/\d+"><bdi>([^<]+)</bdi>', page)


def total(house: House, caller: Caller) -> int:
    """Return how many jobs somebody sees."""
    return job_pages.page_jobs(house.database, caller, JobQuery()).total


def test_an_empty_list_says_what_belongs_there_and_offers_the_one_action(owner: Visitor) -> None:
    page = owner.see("/jobs")
    assert "There are no jobs yet" in page
    assert "Create the first job" in page


def test_a_reader_is_not_offered_to_create(reader: Visitor) -> None:
    assert "/jobs/new" not in reader.see("/jobs")


def test_a_job_is_created_and_shown_with_its_place_for_files(owner: Visitor) -> None:
    response = owner.send("/jobs/new", title="Nightly report", description="Every night", driver="email")
    page = owner.see(response.location)
    assert "<h1><bdi>Nightly report</bdi></h1>" in page
    assert "Choose files" in page


def test_a_form_sent_twice_creates_one_job(owner: Visitor, house: House, cast: Cast) -> None:
    nonce = nonce_of(owner.see("/jobs/new"))
    first = owner.send("/jobs/new", title="Once", driver="email", nonce=nonce)
    second = owner.send("/jobs/new", title="Once", driver="email", nonce=nonce)
    assert first.location == second.location
    assert total(house, cast.owner) == 1


def test_a_blank_name_is_refused_beside_its_field_and_the_rest_is_kept(owner: Visitor) -> None:
    response = owner.send("/jobs/new", title=" ", description="Long words", driver="email", private="y")
    assert response.status_code == 422
    assert 'id="title-error"' in response.text
    assert "Long words" in response.text
    assert re.search(r'<input checked[^>]* id="private"', response.text)


def test_names_are_escaped_and_isolated(owner: Visitor) -> None:
    owner.send("/jobs/new", title="<script>alert(1)</script>", driver="email")
    assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>" in owner.see("/jobs")


def test_a_description_is_edited_by_a_plain_form(owner: Visitor, job: Job) -> None:
    response = owner.send(f"/jobs/{job.number}/description/edit", description="Sends the summary")
    assert response.location == f"/jobs/{job.number}"
    assert "Sends the summary" in owner.see(response.location)


def test_a_script_gets_the_description_alone(owner: Visitor, job: Job) -> None:
    page = owner.client.get(f"/jobs/{job.number}/description/edit", headers={"HX-Request": "true"})
    assert page.text.lstrip().startswith("<form")


def test_a_job_is_renamed_and_made_private(owner: Visitor, stranger: Visitor, job: Job) -> None:
    owner.send(f"/jobs/{job.number}/edit", title="Renamed", description="", private="y")
    assert "Renamed" in owner.see(f"/jobs/{job.number}")
    stranger.see(f"/jobs/{job.number}", 404)


def test_a_private_job_looks_to_a_stranger_like_none(stranger: Visitor, private_job: Job) -> None:
    missing = stranger.see("/jobs/99999", 404)
    assert stranger.see(f"/jobs/{private_job.number}", 404) == missing


def test_a_reader_sees_a_job_without_what_changes_it(reader: Visitor, job: Job) -> None:
    page = reader.see(f"/jobs/{job.number}")
    assert "Choose files" not in page
    assert "/edit" not in page
    reader.see(f"/jobs/{job.number}/edit", 403)


def test_a_job_goes_to_the_trash_after_a_question(owner: Visitor, job: Job) -> None:
    assert "Move the job to the trash?" in owner.see(f"/jobs/{job.number}/delete")
    assert owner.send(f"/jobs/{job.number}/delete").location == "/jobs"
    owner.see(f"/jobs/{job.number}", 404)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=sales", ["Nightly sales report"]),
        ("q=SALES", ["Nightly sales report"]),
        ("type=index-files", ["Index"]),
        ("owner=me&sort=name", ["Index", "Nightly sales report"]),
        ("mine=1&q=zzz", []),
        ("sort=name&at=nonsense", ["Index", "Nightly sales report", "Zebra"]),
    ],
)
def test_the_list_is_narrowed_and_sorted(
    owner: Visitor, house: House, cast: Cast, job: Job, query: str, expected: list[str]
) -> None:
    jobs.create(house.database, cast.owner, CreateJob("Index", "index-files"))
    jobs.create(house.database, cast.teammate, CreateJob("Zebra", "worker"))
    assert job.title == "Nightly sales report"
    assert titles(owner.see(f"/jobs?{query}")) == expected


@pytest.mark.parametrize("sort", ["changed", "created", "name", "number"])
def test_pages_of_the_list_go_on_and_back_without_losing_a_row(
    owner: Visitor, house: House, cast: Cast, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("blueprints.pages.jobs.PAGE", 2)
    made = [jobs.create(house.database, cast.owner, CreateJob(title)).title for title in ("B", "A", "A", "C", "D")]
    first = owner.see(f"/jobs?sort={sort}")
    second = owner.see(_link(first, "next"))
    third = owner.see(_link(second, "next"))
    assert sorted(titles(first) + titles(second) + titles(third)) == sorted(made)
    assert 'rel="next"' not in third
    assert titles(owner.see(_link(owner.see(_link(third, "prev")), "prev"))) == titles(first)


def _link(page: str, rel: str) -> str:
    return str(re.findall(rf'<a rel="{rel}" href="([^"]+)"', page)[0]).replace("&amp;", "&")
