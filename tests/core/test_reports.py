"""Reports: what happens to a file that is taken out of a field, and that a form is filled whole or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from core import attachments, clock, objects, records, reports, uploads
from core.commands import ByGuid, ClaimObject, FillReport, ReceiveObject
from core.errors import Code, Refusal
from core.house import House
from models import Attachment, Record
from tests.cast import Cast

HOUR = timedelta(hours=1)


@pytest.fixture
def file(house: House, cast: Cast) -> Attachment:
    """A file of the owner's that hangs nowhere."""
    guid = objects.authorise(house.database, cast.owner, "application/pdf", 1000, HOUR).guid
    objects.receive(house, ReceiveObject("a/plan.pdf", [b"%PDF-1.7"], "application/pdf", guid))
    return objects.claim(house, cast.owner, ClaimObject("a/plan.pdf"))


@pytest.fixture
def report(house: House, cast: Cast, file: Attachment) -> Record:
    """A report of the owner's that holds the file."""
    return reports.create(house.database, cast.owner, FillReport({"f_title": "Roof"}, {"f_files": [file.id]}))


def week_later(house: House) -> None:
    with house.database.writing() as session:
        session.execute(update(Attachment).values(updated_at=clock.now() - timedelta(days=8)))
    uploads.expire(house)


def test_a_file_in_a_field_stays(house: House, cast: Cast, report: Record, file: Attachment) -> None:
    week_later(house)
    assert attachments.find(house.database, cast.reader, file.id).record_id == report.id


def test_a_file_that_was_taken_out_can_be_put_back_by_its_author(
    house: House, cast: Cast, report: Record, file: Attachment
) -> None:
    reports.fill(house.database, cast.teammate, report, FillReport(files={"f_files": []}))
    assert attachments.find(house.database, cast.owner, file.id).record_id is None
    reports.fill(house.database, cast.owner, report, FillReport(files={"f_files": [file.id]}))
    week_later(house)
    assert attachments.find(house.database, cast.owner, file.id).record_id == report.id


def test_a_file_that_was_taken_out_ends_in_the_trash_and_not_in_nothing(
    house: House, cast: Cast, report: Record, file: Attachment
) -> None:
    reports.fill(house.database, cast.teammate, report, FillReport(files={"f_files": []}))
    week_later(house)
    with pytest.raises(Refusal):
        attachments.find(house.database, cast.owner, file.id)
    trashed = attachments.find(house.database, cast.owner, file.id, deleted=True)
    assert attachments.reinstate(house.database, cast.owner, trashed).record_id == report.id


def test_a_title_follows_its_field_and_the_rest_stays(house: House, cast: Cast, report: Record) -> None:
    changed = reports.fill(house.database, cast.owner, report, FillReport({"f_title": "Wall"}, facts={"address": "1"}))
    assert (changed.title, changed.fields, changed.facts) == ("Wall", {"f_title": "Wall"}, {"address": "1"})


def test_a_guid_in_the_trash_is_taken(house: House, cast: Cast, report: Record) -> None:
    records.forget(house.database, cast.owner, report.id)
    with pytest.raises(Refusal) as refused:
        reports.create(house.database, cast.owner, FillReport(guid=report.guid))
    assert refused.value.code is Code.CONFLICT


def test_a_report_is_found_by_its_guid_but_not_by_a_stranger_when_private(house: House, cast: Cast) -> None:
    made = reports.create(house.database, cast.owner, FillReport())
    with house.database.writing() as session:
        session.execute(update(Record).where(Record.id == made.id).values(private=True))
    assert reports.find(house.database, cast.owner, ByGuid(made.guid)).id == made.id
    with pytest.raises(Refusal) as refused:
        reports.find(house.database, cast.stranger, ByGuid(made.guid))
    assert refused.value.code is Code.NOT_FOUND
