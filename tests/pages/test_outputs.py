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


@pytest.mark.parametrize("end", ["", "/download", "/delete"])
def test_a_stranger_sees_no_output_of_a_private_job(
    stranger: Visitor, house: House, cast: Cast, private_job: Job, end: str
) -> None:
    start(house, private_job)
    hidden = recorded(house, cast.owner, private_job, "pay.csv", "table")
    stranger.see(f"/outputs/{hidden.id}{end}", 404)
