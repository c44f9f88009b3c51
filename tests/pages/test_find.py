"""The search on the pages: what is found, where it leads, what is refused."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from core import attachments, jobs, records
from core.commands import Attach, ById, CreateJob, CreateRecord
from core.house import House
from models import Job
from tests.cast import Cast
from tests.core.stories import attached, recorded, start
from tests.pages.conftest import Visitor


def test_the_bar_of_every_page_leads_to_the_search(owner: Visitor, job: Job) -> None:
    page = owner.see(f"/jobs/{job.number}")
    assert 'action="/search"' in page
    assert "Search jobs, files, outputs" in page


def test_a_job_a_file_and_an_output_are_found_with_where_they_hang(
    owner: Visitor, house: House, cast: Cast, job: Job
) -> None:
    start(house, job)
    file = attached(house, cast.owner, job, "harbour plan.pdf", b"x" * 2048)
    output = recorded(house, cast.owner, job, "harbour.csv", "table")
    jobs.create(house.database, cast.owner, CreateJob("Harbour"))
    page = owner.see("/search?q=HARBOUR")
    assert f'href="/attachments/{file.guid}"' in page
    assert f'href="/outputs/{output.id}"' in page
    assert "<bdi>Harbour</bdi>" in page
    assert page.count(f'in <a href="/jobs/{job.number}">') == 2
    assert "2.0 KiB" in page


def test_a_file_of_a_record_leads_to_the_record(owner: Visitor, house: House, cast: Cast) -> None:
    report = records.create(house.database, cast.owner, CreateRecord("Report", "Leak"))
    attached(house, cast.owner, report, "ceiling.jpg")
    assert f'in <a href="/records/Report/{report.number}">' in owner.see("/search?q=ceiling")


def test_an_address_narrows_by_kind_type_owner_and_days(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    attached(house, cast.teammate, job, "nightly.log")
    day = job.created_at.date()
    assert "nightly.log" not in owner.see("/search?q=nightly&kind=record&type=Job")
    assert "row-hit" not in owner.see("/search?q=nightly+sales&kind=attachment")
    assert "nightly.log" not in owner.see("/search?q=nightly&owner=me")
    assert "nightly.log" in owner.see(f"/search?q=nightly&owner={cast.teammate.user_id}&type=Job")
    assert "nightly.log" in owner.see(f"/search?q=nightly&since={day}&until={day}")
    assert "Nothing matches" in owner.see("/search?q=nightly&until=2001-01-01")


def test_what_was_asked_stands_in_the_form_again(owner: Visitor) -> None:
    page = owner.see("/search?q=%22%3Cb%3E&kind=output&since=2026-01-02")
    assert "&#34;&lt;b&gt;" in page
    assert '<option selected value="output">' in page
    assert 'value="2026-01-02"' in page


def test_without_words_everything_is_shown_and_an_empty_house_says_so(owner: Visitor, house: House, cast: Cast) -> None:
    assert "There is nothing to find yet" in owner.see("/search")
    jobs.create(house.database, cast.owner, CreateJob("First"))
    assert "<bdi>First</bdi>" in owner.see("/search")


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "9999-12-31", "0001-01-01"])
def test_a_day_that_is_none_is_refused_beside_its_field(owner: Visitor, day: str) -> None:
    page = owner.see(f"/search?q=x&until={day}", 422)
    assert 'id="until-error"' in page
    assert "Nothing was searched" in page


@pytest.mark.parametrize(
    "asked",
    [
        "q=%22",
        "q=%7F%25_",
        "type=Nothing",
        "kind=nothing",
        "owner=99999999999999999",
        "owner=x",
        "before=x",
        "before=-1",
    ],
)
def test_odd_addresses_are_answered(owner: Visitor, asked: str) -> None:
    assert "<h1>Search</h1>" in owner.see(f"/search?{asked}")


def test_pages_go_on_from_the_last_hit(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    commands = [Attach(file_name=f"series-{number:02}.txt") for number in range(31)]
    attachments.attach_many(house, cast.owner, job, commands)
    first = owner.see("/search?q=series&kind=attachment")
    following = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert first.count('class="row row-hit"') == 30
    assert "q=series" in following
    second = owner.see(following)
    assert second.count('class="row row-hit"') == 1
    assert "series-00.txt" in second
    assert "← The first page" in second


def test_stranger_finds_nothing_private(stranger: Visitor, house: House, cast: Cast, private_job: Job) -> None:
    attached(house, cast.owner, private_job, "salaries.csv")
    assert "Nothing matches" in stranger.see("/search?q=salar")


def test_nobody_searches_without_signing_in(client: FlaskClient) -> None:
    assert client.get("/search?q=x").location == "/login?next=/search?q%3Dx"


def test_what_was_deleted_is_not_found(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    records.forget(house.database, cast.owner, ById(job.id).id)
    assert "Nothing matches" in owner.see("/search?q=nightly")


def test_few_letters_are_said_to_be_looked_for_at_the_beginning_alone(
    owner: Visitor, house: House, cast: Cast, job: Job
) -> None:
    attached(house, cast.owner, job, "ab plan.txt")
    found = owner.see("/search?q=ab")
    assert "ab plan.txt" in found
    assert "“ab” was looked for at the beginning of names alone; 3 letters and more are found anywhere." in found
    missed = owner.see("/search?q=pl")
    assert "No name begins with “<bdi>pl</bdi>”." in missed
    assert "Parts of words are enough" not in missed
    assert "Parts of words are enough" in owner.see("/search?q=nothing-like-it")


def test_the_oldest_can_come_first_and_the_address_says_so(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    attached(house, cast.owner, job, "harbour one.txt")
    attached(house, cast.owner, job, "harbour two.txt")
    page = owner.see("/search?q=harbour&sort=oldest")
    assert page.index("harbour one") < page.index("harbour two")
    assert "oldest first" in page
    assert '<option selected value="oldest">' in page
    newest = owner.see("/search?q=harbour&sort=nonsense")
    assert newest.index("harbour two") < newest.index("harbour one")
