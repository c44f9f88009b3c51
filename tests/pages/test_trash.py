"""The trash: who sees what in it, and the two ways out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core import attachments, outputs, records
from core.commands import Attach, ById, RecordOutput
from core.house import House
from models import Attachment, Job, JobOutput
from tests.cast import Cast
from tests.pages.conftest import Visitor


@pytest.fixture
def trashed(house: House, cast: Cast, job: Job) -> Attachment:
    made = attachments.attach(house, cast.owner, job, Attach(file_name="plan.txt", content=[b"x"]))
    attachments.detach(house.database, cast.owner, made)
    return made


@pytest.fixture
def forgotten(house: House, cast: Cast, job: Job) -> JobOutput:
    with house.database.writing() as session:
        session.get_one(Job, job.id).started_at = job.created_at
    made = outputs.record(house, cast.owner, ById(job.id), RecordOutput("model", "json", [b"x"]))
    return outputs.forget(house.database, cast.admin, made.id)


def test_an_attachment_comes_back(owner: Visitor, trashed: Attachment, house: House, cast: Cast) -> None:
    page = owner.see("/trash")
    assert "plan.txt" in page
    assert "by <bdi>ada</bdi>" in page
    assert owner.send(f"/trash/attachments/{trashed.guid}/restore", page="/trash").status_code == 303
    assert attachments.find(house.database, cast.owner, trashed.guid).deleted_at is None


def test_an_output_comes_back(owner: Visitor, forgotten: JobOutput, house: House, cast: Cast) -> None:
    assert "model.json" in owner.see("/trash/outputs")
    assert owner.send(f"/trash/outputs/{forgotten.id}/restore", page="/trash/outputs").status_code == 303
    assert outputs.find(house.database, cast.owner, forgotten.id).deleted_at is None


def test_a_job_comes_back_with_its_files(owner: Visitor, house: House, cast: Cast, job: Job) -> None:
    attachments.attach(house, cast.owner, job, Attach(file_name="plan.txt", content=[b"x"]))
    records.forget(house.database, cast.owner, job.id)
    assert job.title in owner.see("/trash/records")
    owner.send(f"/trash/records/{job.id}/restore", page="/trash/records")
    assert "plan.txt" in owner.see(f"/jobs/{job.number}")


def test_an_administrator_purges_after_a_question(visit: Callable[[str], Visitor], trashed: Attachment) -> None:
    admin = visit("root")
    address = f"/trash/attachments/{trashed.guid}/purge"
    assert "cannot be undone" in admin.see(address)
    assert admin.send(address).status_code == 303
    assert "plan.txt" not in admin.see("/trash").partition("<ul")[2]


def test_purging_is_for_administrators(owner: Visitor, trashed: Attachment, forgotten: JobOutput) -> None:
    owner.see(f"/trash/attachments/{trashed.guid}/purge", 403)
    owner.see(f"/trash/outputs/{forgotten.id}/purge", 403)
    assert "Purge" not in owner.see("/trash")


def test_stranger_sees_no_trash_of_private_jobs(
    visit: Callable[[str], Visitor], house: House, cast: Cast, private_job: Job
) -> None:
    made = attachments.attach(house, cast.owner, private_job, Attach(file_name="salaries.csv", content=[b"x"]))
    attachments.detach(house.database, cast.owner, made)
    stranger = visit("stan")
    assert "salaries.csv" not in stranger.see("/trash")
    assert stranger.send(f"/trash/attachments/{made.guid}/restore", page="/trash").status_code == 404


def test_a_reader_may_look_but_not_restore(visit: Callable[[str], Visitor], trashed: Attachment) -> None:
    reader = visit("vi")
    assert "plan.txt" in reader.see("/trash")
    assert reader.send(f"/trash/attachments/{trashed.guid}/restore", page="/trash").status_code == 403
