"""The trail of downloads: one line for each, in time, and for administrators alone."""

from __future__ import annotations

import pytest
from flask import Flask

from core import attachments, audit
from core.audit import TrailQuery
from core.commands import Attach, Replace
from core.errors import Code, Refusal
from core.house import House
from core.reads import Reads
from models import Job
from tests.cast import Cast


@pytest.fixture
def reads(app: Flask, house: House) -> Reads:
    return Reads(house.database, app.app_context)


def downloads(house: House, cast: Cast) -> list[tuple[str, str, str]]:
    lines = audit.page_of_trail(house.database, cast.admin, TrailQuery(verb="download"))
    return [(line.actor_name, line.subject, line.detail["name"]) for line in lines]


def test_a_download_gets_its_line(house: House, cast: Cast, job: Job, reads: Reads) -> None:
    made = attachments.attach(house, cast.owner, job, Attach(file_name="plan.txt", content=[b"x"]))
    assert made.blob is not None
    reads.note(cast.reader, made.blob.key)
    reads.note(None, made.blob.key)
    reads.flush()
    assert downloads(house, cast) == [("signed link", "attachment", "plan.txt"), ("vi", "attachment", "plan.txt")]


def test_an_old_version_counts_for_its_attachment(house: House, cast: Cast, job: Job, reads: Reads) -> None:
    made = attachments.attach(house, cast.owner, job, Attach(file_name="plan.txt", content=[b"x"]))
    attachments.replace(house, cast.owner, made, Replace([b"y"]))
    assert made.blob is not None
    reads.note(cast.reader, made.blob.key)
    reads.flush()
    assert downloads(house, cast) == [("vi", "attachment", "plan.txt")]


def test_bytes_that_are_gone_meanwhile_leave_no_line(house: House, cast: Cast, reads: Reads) -> None:
    reads.note(cast.reader, "0" * 32)
    reads.flush()
    assert downloads(house, cast) == []


def test_only_administrators_read_the_trail(house: House, cast: Cast) -> None:
    with pytest.raises(Refusal) as refused:
        audit.page_of_trail(house.database, cast.owner, TrailQuery())
    assert refused.value.code is Code.DENIED


def test_the_trail_goes_from_new_to_old(house: House, cast: Cast, job: Job) -> None:
    attachments.attach(house, cast.owner, job, Attach(file_name="a", content=[b"x"]))
    first = audit.page_of_trail(house.database, cast.admin, TrailQuery(record_id=None, limit=1))
    rest = audit.page_of_trail(house.database, cast.admin, TrailQuery(before=first[0].id))
    assert first[0].verb == "attach"
    assert rest[0].verb == "create"
    assert audit.page_of_trail(house.database, cast.admin, TrailQuery(actor_id=cast.reader.user_id)) == []
