"""Activity on the pages: told on the job, the action and the record; notes with files, written without a script."""

from __future__ import annotations

import io

import pytest

from core import actions, attachments
from core.access import HOUSE
from core.commands import ById, CreateAction, ReviseAction
from core.house import House
from models import Action, Job
from tests.cast import Cast
from tests.core.stories import attached, files_of, recorded, start
from tests.pages.conftest import Visitor, token_of


@pytest.fixture
def action(house: House, cast: Cast, job: Job) -> Action:
    """A step of the job."""
    return actions.add(house.database, cast.owner, job.id, CreateAction("email", "Send it"))


def test_a_job_tells_what_happened_with_ways_to_what_is_there(
    reader: Visitor, house: House, cast: Cast, job: Job
) -> None:
    plan = attached(house, cast.teammate, job, "plan.txt")
    gone = attached(house, cast.owner, job, "draft.txt")
    attachments.detach(house.database, cast.owner, gone)
    start(house, job)
    made = recorded(house, cast.owner, job, "summary.csv", "table")
    page = reader.see(f"/jobs/{job.number}").partition('id="activity"')[2]
    assert f'href="/attachments/{plan.guid}"' in page
    assert f'href="/outputs/{made.id}"' in page
    assert str(gone.guid) not in page
    assert "to the trash" in page
    assert "added the output" in page
    assert "Write the note" not in page


def test_a_note_with_files_needs_no_script(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    place = f"/jobs/{job.number}"
    token = token_of(owner.see(place))
    fields = {"csrf_token": token, "content": "Two\r\nlines", "files": [(io.BytesIO(b"x"), "wall.jpg")]}
    done = owner.client.post(f"{place}/activity", data=fields)
    assert (done.status_code, done.location) == (303, f"{place}#activity")
    page = owner.see(place)
    assert "Two\nlines" in page
    assert [row.name for row in attachments.page_of(house.database, cast.owner, job).items] == ["wall.jpg"]


def test_a_note_of_an_action_stays_with_it(owner: Visitor, job: Job, action: Action) -> None:
    place = f"/records/Action/{action.number}"
    token = token_of(owner.see(f"{place}/activity"))
    owner.client.post(f"{place}/activity", data={"csrf_token": token, "content": "Sent by hand."})
    assert "Sent by hand." in owner.see(place)
    assert "Sent by hand." in owner.see(f"/jobs/{job.number}")
    assert "Sent by hand." in owner.see(f"/jobs/{job.number}/activity")


def test_an_empty_note_is_asked_for_again(owner: Visitor, job: Job) -> None:
    address = f"/jobs/{job.number}/activity"
    token = token_of(owner.see(address))
    refused = owner.client.post(address, data={"csrf_token": token, "content": " "})
    assert refused.status_code == 422
    assert "A comment has 1 to 20000 characters." in refused.text


def test_without_a_token_no_note_is_written(owner: Visitor, job: Job) -> None:
    refused = owner.client.post(f"/jobs/{job.number}/activity", data={"csrf_token": "none", "content": "Mine"})
    assert refused.status_code == 403
    assert "Mine" not in owner.see(f"/jobs/{job.number}")


def test_a_reader_writes_no_note(reader: Visitor, job: Job) -> None:
    address = f"/jobs/{job.number}/activity"
    token = token_of(reader.see("/jobs"))
    assert reader.client.post(address, data={"csrf_token": token, "content": "Mine"}).status_code == 403


def test_a_stranger_sees_no_activity_of_a_private_job(stranger: Visitor, private_job: Job) -> None:
    stranger.see(f"/jobs/{private_job.number}/activity", 404)
    stranger.see(f"/records/Job/{private_job.number}/activity", 404)


def test_the_whole_list_goes_on(owner: Visitor, house: House, job: Job) -> None:
    files = files_of(house, HOUSE, job)
    for number in range(210):
        actions.revise(house.database, HOUSE, ById(files.id).id, ReviseAction(description=str(number)))
    page = owner.see(f"/jobs/{job.number}/activity")
    assert page.count('class="told"') == 200
    older = page.partition('rel="next" href="')[2].partition('"')[0]
    rest = owner.see(older)
    assert rest.count('class="told"') == 11
    assert "created the job" in rest
    assert 'rel="next"' not in rest


@pytest.mark.parametrize("before", ["-1", "0", "x", "9" * 30])
def test_a_mark_that_is_none_shows_the_newest(owner: Visitor, job: Job, before: str) -> None:
    assert "created the job" in owner.see(f"/jobs/{job.number}/activity?before={before}")
