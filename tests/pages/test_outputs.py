"""Outputs on the pages: shown, sent, moved to the trash."""

from __future__ import annotations

import hashlib

import pytest

from core import outputs, records
from core.commands import ById
from core.house import House
from models import Job, JobOutput
from tests.cast import Cast
from tests.core.stories import recorded, start
from tests.pages.conftest import Visitor
from tests.pictures import png


@pytest.fixture
def output(house: House, cast: Cast, job: Job) -> JobOutput:
    """Something that the job made."""
    start(house, job)
    return recorded(house, cast.owner, job, "summary.csv", "table|csv")


def test_an_output_has_a_page_with_its_facts(reader: Visitor, job: Job, output: JobOutput) -> None:
    assert f'href="/outputs/{output.id}"' in reader.see(f"/jobs/{job.number}")
    page = reader.see(f"/outputs/{output.id}")
    assert "<bdi>summary.csv</bdi></h1>" in page
    assert "table|csv" in page
    assert "4 bytes" in page
    assert hashlib.sha256(b"made").hexdigest() in page
    assert f'href="/jobs/{job.number}"' in page
    assert reader.client.get(f"/outputs/{output.id}/download").data == b"made"
    assert "Move to the trash" not in page


@pytest.mark.parametrize(
    ("file", "shown"),
    [
        (("sums.csv", b"month,sum\nMay,7\n"), '<th scope="col"><bdi>month</bdi></th>'),
        (("log.txt", b"all <b>well</b>\n"), "all &lt;b&gt;well&lt;/b&gt;"),
        (("notes.md", b"# Result\n"), "<h2>Result</h2>"),
        (("plot.png", png(20, 10)), 'alt="Preview of plot.png"'),
        (("model.bin", b"\0\1"), "2 bytes, shown by downloading it"),
    ],
)
def test_what_can_be_shown_of_an_output_is_shown(
    reader: Visitor, house: House, cast: Cast, job: Job, file: tuple[str, bytes], shown: str
) -> None:
    start(house, job)
    made = recorded(house, cast.owner, job, file[0], "any", file[1])
    assert shown in reader.see(f"/outputs/{made.id}")


def test_a_picture_is_shown_in_place_and_nothing_else_is(reader: Visitor, house: House, cast: Cast, job: Job) -> None:
    start(house, job)
    picture = recorded(house, cast.owner, job, "plot.png", "any", png(20, 10))
    page = recorded(house, cast.owner, job, "page.html", "any", b"<script>alert(1)</script>")
    in_place, sent = (reader.client.get(f"/outputs/{made.id}/preview") for made in (picture, page))
    assert (in_place.mimetype, in_place.data) == ("image/png", png(20, 10))
    assert in_place.headers["Content-Disposition"].startswith("inline")
    assert sent.headers["Content-Disposition"].startswith("attachment")
    assert sent.mimetype == "application/octet-stream"


def test_an_output_goes_to_the_trash_after_a_question(owner: Visitor, job: Job, output: JobOutput) -> None:
    assert f'href="/outputs/{output.id}/delete"' in owner.see(f"/jobs/{job.number}")
    assert "Move the output to the trash?" in owner.see(f"/outputs/{output.id}/delete")
    done = owner.send(f"/outputs/{output.id}/delete")
    assert (done.status_code, done.location) == (303, f"/jobs/{job.number}#outputs")
    assert "summary.csv" in owner.see("/trash/outputs")
    owner.see(f"/outputs/{output.id}", 404)
    owner.see(f"/outputs/{output.id}/download", 404)


def test_a_reader_deletes_nothing(reader: Visitor, house: House, cast: Cast, output: JobOutput) -> None:
    reader.see(f"/outputs/{output.id}/delete", 403)
    assert outputs.find(house.database, cast.owner, output.id).deleted_at is None


def test_outputs_of_a_job_in_the_trash_have_no_page(
    owner: Visitor, house: House, cast: Cast, job: Job, output: JobOutput
) -> None:
    records.forget(house.database, cast.owner, ById(job.id).id)
    owner.see(f"/outputs/{output.id}", 404)


@pytest.mark.parametrize("end", ["", "/download", "/preview", "/delete"])
def test_a_stranger_sees_no_output_of_a_private_job(
    stranger: Visitor, house: House, cast: Cast, private_job: Job, end: str
) -> None:
    start(house, private_job)
    hidden = recorded(house, cast.owner, private_job, "pay.csv", "table")
    stranger.see(f"/outputs/{hidden.id}{end}", 404)
