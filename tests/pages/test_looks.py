"""How attachments look in lists: the row by itself, the small pictures, the marks of a job."""

from __future__ import annotations

import re

import pytest

from core import attachments, clock
from core.commands import Attach
from core.house import House
from core.rendering import render
from models import Attachment, Job
from tests import pictures
from tests.cast import Cast
from tests.pages.conftest import Visitor


@pytest.fixture
def photo(house: House, cast: Cast, job: Job) -> Attachment:
    """A photograph whose smaller pictures are made."""
    made = attachments.attach(house, cast.owner, job, Attach(file_name="roof.jpg", content=[pictures.jpeg(800, 600)]))
    render(house, made.id)
    return made


@pytest.fixture
def private_photo(house: House, cast: Cast, private_job: Job) -> Attachment:
    """A photograph of a job that nobody else may see."""
    command = Attach(file_name="roof.jpg", content=[pictures.jpeg(80, 60)])
    made = attachments.attach(house, cast.owner, private_job, command)
    render(house, made.id)
    return made


@pytest.mark.parametrize("style", ["thumb", "medium"])
def test_a_smaller_picture_is_shown_in_place(owner: Visitor, photo: Attachment, style: str) -> None:
    response = owner.client.get(f"/attachments/{photo.guid}/pictures/{style}")
    assert response.status_code == 200
    assert response.content_type == "image/jpeg"
    assert response.headers["Content-Disposition"].startswith("inline")


def test_a_smaller_picture_that_is_known_is_not_sent_again(owner: Visitor, photo: Attachment) -> None:
    address = f"/attachments/{photo.guid}/pictures/thumb"
    tag = owner.client.get(address).headers["ETag"]
    assert owner.client.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_a_list_shows_small_pictures_with_their_measures(owner: Visitor, job: Job, photo: Attachment) -> None:
    page = owner.see(f"/jobs/{job.number}")
    assert f'src="/attachments/{photo.guid}/pictures/thumb" width="200" height="150" alt="" loading="lazy"' in page


def test_what_is_no_picture_shows_its_suffix(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    attachments.attach(house, cast.owner, job, Attach(file_name="plan.PDF", content=[b"%PDF-1.7"]))
    page = owner.see(f"/jobs/{job.number}")
    assert re.search(r'class="row-look" aria-hidden="true">\s*pdf</span>', page)


@pytest.mark.parametrize("address", ["row", "pictures/thumb"])
def test_a_stranger_sees_neither_row_nor_picture(stranger: Visitor, private_photo: Attachment, address: str) -> None:
    stranger.see(f"/attachments/{private_photo.guid}/{address}", status=404)


def test_what_has_no_smaller_picture_is_not_found(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    plain = attachments.attach(house, cast.owner, job, Attach(file_name="a.txt", content=[b"a"]))
    owner.see(f"/attachments/{plain.guid}/pictures/thumb", status=404)


def test_a_script_gets_the_row_of_what_it_attached(owner: Visitor, photo: Attachment) -> None:
    row = owner.see(f"/attachments/{photo.guid}/row")
    assert row.lstrip().startswith("<li")
    assert f"/attachments/{photo.guid}/edit" in row


def test_a_reader_gets_a_row_without_a_way_to_edit(reader: Visitor, photo: Attachment) -> None:
    assert "/edit" not in reader.see(f"/attachments/{photo.guid}/row")


def test_a_running_job_says_how_far_it_is(owner: Visitor, house: House, job: Job) -> None:
    with house.database.writing() as session:
        held = session.get_one(Job, job.id)
        held.started_at, held.progress = clock.now(), 0.62
    assert "running 62 %" in owner.see("/jobs")
    assert "running 62 %" in owner.see(f"/jobs/{job.number}")
