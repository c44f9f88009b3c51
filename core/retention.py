"""Retention: what has lain in the trash long enough goes for good. It knows ages, not who put it there."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from core import attachment_contents, audit, clock, custody, records, renditions
from core.access import HOUSE
from core.errors import Subject
from core.house import House
from models import Attachment, JobOutput, Record

_AT_ONCE = 100  # rows a transaction


def empty_trash(house: House) -> int:
    """Purge what was deleted more than the setting's days ago; return how many attachments, outputs and records."""
    before = clock.now() - timedelta(days=house.settings.retention_days)
    purged = 0
    for purge_some in (_purge_attachments, _purge_outputs, _purge_records):
        while count := purge_some(house, before):
            purged += count
    return purged


def _purge_attachments(house: House, before: datetime) -> int:
    with house.database.writing(frees=True) as session:
        old = select(Attachment.id, Attachment.record_id, Attachment.name).where(Attachment.deleted_at < before)
        rows = session.execute(old.limit(_AT_ONCE)).all()
        for row in rows:
            audit.note(session, HOUSE, "purge", Subject.ATTACHMENT, row.id, row.record_id, name=row.name)
        attachment_contents.purge_in(session, [row.id for row in rows])
    return len(rows)


def _purge_outputs(house: House, before: datetime) -> int:
    with house.database.writing(frees=True) as session:
        old = select(JobOutput.id, JobOutput.job_id, JobOutput.name, JobOutput.blob_id)
        rows = session.execute(old.where(JobOutput.deleted_at < before).limit(_AT_ONCE)).all()
        for row in rows:
            audit.note(session, HOUSE, "purge", Subject.OUTPUT, row.id, row.job_id, name=row.name)
        renditions.drop(session, JobOutput, [row.id for row in rows], custody.AFTER_PURGE)
        session.execute(delete(JobOutput).where(JobOutput.id.in_([row.id for row in rows])))
        custody.release(session, [row.blob_id for row in rows], custody.AFTER_PURGE)
    return len(rows)


def _purge_records(house: House, before: datetime) -> int:
    with house.database.writing(frees=True) as session:
        old = select(Record).where(Record.deleted_at < before).order_by(Record.kind.desc(), Record.id).limit(1)
        record = session.scalar(old)
        if record is None:
            return 0
        audit.note(session, HOUSE, "purge", Subject.RECORD, record.id, record.id, title=record.title)
        records.purge_in(session, record)
    return 1
