"""Forms sent twice make one thing, even at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask

from core import attachments, clock, job_pages, jobs, submissions
from core.access import Caller
from core.commands import Attach, CreateJob
from core.house import House
from core.job_pages import JobQuery
from models import Job, Submission
from tests.cast import Cast


def create(app: Flask, house: House, caller: Caller, nonce: str) -> int:
    """Create a job in a context of this thread's own, and return its id."""
    with app.app_context():
        return jobs.create(house.database, caller, CreateJob("Once"), nonce).id


def test_two_at_the_same_moment_make_one(app: Flask, house: House, cast: Cast) -> None:
    nonce = submissions.new_nonce()
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: create(app, house, cast.owner, nonce), range(4)))
    assert len(set(made)) == 1
    assert job_pages.page_jobs(house.database, cast.owner, JobQuery()).total == 1


def test_another_nonce_makes_another(house: House, cast: Cast) -> None:
    first = jobs.create(house.database, cast.owner, CreateJob("Once"), "a")
    second = jobs.create(house.database, cast.owner, CreateJob("Once"), "b")
    assert first.id != second.id


def test_files_sent_again_leave_no_bytes_behind(house: House, cast: Cast, job: Job) -> None:
    first = attachments.attach_many(house, cast.owner, job, [Attach(file_name="a", content=[b"a"])], "nonce")
    again = attachments.attach_many(house, cast.owner, job, [Attach(file_name="a", content=[b"a"])], "nonce")
    assert [found.id for found in again] == [found.id for found in first]
    assert len(list(house.store.keys())) == 1


@pytest.mark.parametrize(("age", "left"), [(timedelta(hours=1), 1), (timedelta(days=3), 0)])
def test_a_submission_is_forgotten_after_two_days(house: House, cast: Cast, age: timedelta, left: int) -> None:
    jobs.create(house.database, cast.owner, CreateJob("Once"), "nonce")
    with house.database.writing() as session:
        session.query(Submission).update({"created_at": clock.now() - age})
    submissions.drop_old(house.database)
    with house.database.reading() as session:
        assert session.query(Submission).count() == left
