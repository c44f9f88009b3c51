"""Attaching: what is kept, where, and who may."""

from __future__ import annotations

import pytest

from core import attachments, jobs
from core.commands import Attach
from core.errors import Code, Refusal
from core.house import House
from models import Job
from tests.cast import Cast


def test_a_file_attached_to_a_job_hangs_on_its_built_in_action(house: House, cast: Cast, job: Job) -> None:
    made = attachments.attach(house, cast.owner, job, Attach(file_name="plan.txt", content=[b"north ", b"face"]))
    (files,) = jobs.actions_of(house.database, cast.owner, [job.id])
    assert made.record_id == files.id
    assert made.blob is not None
    with house.store.open(made.blob.key) as kept:
        assert kept.read() == b"north face"


def test_stranger_cannot_tell_missing_from_forbidden(house: House, cast: Cast, private_job: Job) -> None:
    with pytest.raises(Refusal) as refused:
        attachments.attach(house, cast.stranger, private_job, Attach(file_name="a.txt", content=[b"a"]))
    assert refused.value.code is Code.NOT_FOUND
    assert list(house.store.keys()) == []


def test_a_reader_may_not_attach_and_nothing_is_kept(house: House, cast: Cast, job: Job) -> None:
    with pytest.raises(Refusal) as refused:
        attachments.attach(house, cast.reader, job, Attach(file_name="a.txt", content=[b"a"]))
    assert refused.value.code is Code.DENIED
    assert list(house.store.keys()) == []


def test_several_are_attached_all_or_none(house: House, cast: Cast, job: Job) -> None:
    with pytest.raises(Refusal):
        attachments.attach_many(
            house, cast.owner, job, [Attach(file_name="a.txt", content=[b"a"]), Attach(file_name="..", content=[b"b"])]
        )
    assert attachments.page_of(house.database, cast.owner, job).total == 0
    assert list(house.store.keys()) == []
