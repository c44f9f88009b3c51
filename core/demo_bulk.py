"""Demo data by the hundred thousand, to try the speed of pages: jobs, files with bytes, outputs, records, trash, trail.

Rows are added in bulk, so that a million take minutes; what is there already stays as it is. It knows no page.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from core import actions, attachment_rows, clock, jobs
from core.access import HOUSE
from core.batches import batched
from core.blobs import Arrival, Stored
from core.demo import Loaded, add_types, guid_of, job_of
from core.folding import fold
from core.house import House
from core.progress import Progress
from core.record_types import allot_number, find_type
from models import Action, Attachment, AuditEvent, Blob, Job, JobOutput, JobTemplate, Record, RecordRow

FULL = "full"  # the name from which the job of many files has its GUID
MOST_FILES_OF_ONE_JOB = 10_000
_AT_ONCE = 1_000  # jobs, or records, a transaction
_PER_JOB = 10  # attachments, on the average
_FORGOTTEN = 1  # attachments of each job that are in the trash besides
_PER_RECORD = 10
_FULL_SHARE = 5  # one attachment of so many lies in the job of many files
_PLACES = ("yard", "quay", "north hall", "south hall", "boiler room", "roof", "archive", "workshop")


def load_many(house: House, count: int, progress: Progress) -> Loaded:
    """Put `count` attachments in place, a tenth as many jobs with an output each, and one job of up to 10,000 files.

    Each job has an attachment more in the trash, every tenth is private; there are as many records. Files of the bulk
    share their room on the disk.
    """
    add_types(house)
    full = min(MOST_FILES_OF_ONE_JOB, max(1, count // _FULL_SHARE))
    _fill_one_job(house, full, progress)
    wanted, now = max(1, count // _PER_JOB), clock.now()
    each, more = divmod(count - full, wanted)
    for numbers in batched(range(wanted), _AT_ONCE):
        bulk = [_Bulk(number, each + (number < more), now - timedelta(minutes=wanted - number)) for number in numbers]
        _add_bulk(house, bulk)
        progress.update(sum(one.files for one in bulk))
    for numbers in batched(range(count // _PER_RECORD), _AT_ONCE):
        with house.database.writing() as session:
            _add_contracts(session, numbers, now)
    return Loaded(jobs=wanted + 1, records=count // _PER_RECORD, attachments=count)


@dataclass(frozen=True, slots=True)
class _Bulk:
    """One job of the bulk: its number, how many files it gets, when it was made."""

    number: int
    files: int
    at: datetime

    @property
    def guid(self) -> uuid.UUID:
        """The same at each run."""
        return guid_of(f"bulk {self.number}")

    @property
    def private(self) -> bool:
        """Whether administrators alone see it."""
        return self.number % 10 == 9


@dataclass(frozen=True, slots=True)
class _Series:
    """The type of a row of records that is added at once, and the first of their numbers."""

    type_id: int
    first: int


def _fill_one_job(house: House, count: int, progress: Progress) -> None:
    job = job_of(house, FULL, "A job of many files", "To see how a full page feels.", driver="save-files")
    with house.database.reading() as session:
        held = select(func.count()).select_from(Attachment).where(attachment_rows.of_record(job))
        present = session.scalar(held) or 0
    missing = range(present, count)
    if not missing:
        return
    content, needed = b"One of many.\n", 2 * len(missing)
    with _stored(house, content, needed) as (arrival, stored), house.database.writing(arrival) as session:
        blobs = _insert_blobs(session, stored, job.created_at)
        results = [(job.id, f"result-{number:05}", job.created_at) for number in missing]
        _insert_outputs(session, results, blobs)
        action_id = attachment_rows.home_of(session, job)
        files = [_part(number, action_id, job.created_at) for number in missing]
        _insert_attachments(session, files, {action_id: job.id}, blobs[len(missing) :])
    progress.update(len(missing))


@contextmanager
def _stored(house: House, content: bytes, number: int) -> Iterator[tuple[Arrival, list[Stored]]]:
    with house.store.receive([content]) as arrival:
        keys = house.store.copies(arrival.stored.key, number - 1)
        yield arrival, [arrival.stored, *(replace(arrival.stored, key=key) for key in keys)]


def _add_bulk(house: House, bulk: Sequence[_Bulk]) -> None:
    with house.database.reading() as session:
        guids = [one.guid for one in bulk]
        present = set(session.scalars(select(Record.guid).where(Record.guid.in_(guids))))
    bulk = [one for one in bulk if one.guid not in present]
    if not bulk:
        return
    needed = sum(one.files + _FORGOTTEN + 1 for one in bulk)
    content = f"Sheet of the bulk from job {bulk[0].number} on.\n".encode()
    with _stored(house, content, needed) as (arrival, stored), house.database.writing(arrival) as session:
        job_ids = _insert_jobs(session, bulk)
        action_ids = _insert_actions(session, bulk, job_ids)
        blobs = _insert_blobs(session, stored, bulk[0].at)
        named = [(job_id, "result", one.at) for job_id, one in zip(job_ids, bulk, strict=True)]
        _insert_outputs(session, named, blobs)
        files = [
            _sheet(one, place, action_id)
            for one, action_id in zip(bulk, action_ids, strict=True)
            for place in range(one.files + _FORGOTTEN)
        ]
        _insert_attachments(session, files, dict(zip(action_ids, job_ids, strict=True)), blobs[len(bulk) :])


def _insert_jobs(session: Session, bulk: Sequence[_Bulk]) -> list[int]:
    series = _series(session, "Job", len(bulk))
    rows = [
        _record("job", f"Bulk job {one.number}", series, place, one.at)
        | {"guid": one.guid, "private": one.private, "description": _words_of(one.number)}
        for place, one in enumerate(bulk)
    ]
    ids = _insert_records(session, rows)
    template = session.scalars(select(JobTemplate.id).where(JobTemplate.name == jobs.PLAIN_TEMPLATE)).one()
    plain = {"driver": "save-files", "slug_scope": jobs.TEAM, "template_id": template}
    _insert(
        session,
        Job,
        [plain | {"id": job_id, "slug": f"bulk-job-{one.number}"} for job_id, one in zip(ids, bulk, strict=True)],
    )
    return ids


def _insert_actions(session: Session, bulk: Sequence[_Bulk], job_ids: Sequence[int]) -> list[int]:
    series = _series(session, "Action", len(bulk))
    rows = [
        _record("action", "Files", series, place, one.at) | {"parent_id": job_id, "private": one.private}
        for place, (one, job_id) in enumerate(zip(bulk, job_ids, strict=True))
    ]
    ids = _insert_records(session, rows)
    plain = {"driver": actions.FILES, "builtin": True}
    _insert(
        session, Action, [plain | {"id": row_id, "job_id": job_id} for row_id, job_id in zip(ids, job_ids, strict=True)]
    )
    return ids


def _insert_blobs(session: Session, stored: Sequence[Stored], at: datetime) -> list[int]:
    rows = [
        {"key": one.key, "size": one.size, "sha256": one.sha256, "md5": one.md5, "crc32": one.crc32, "created_at": at}
        for one in stored
    ]
    return _insert_returning(session, Blob, rows, "key")


def _insert_outputs(session: Session, named: Sequence[tuple[int, str, datetime]], blobs: Sequence[int]) -> None:
    rows = [
        {"job_id": job_id, "name": name, "type": "txt", "blob_id": blob_id, "created_at": at}
        for (job_id, name, at), blob_id in zip(named, blobs, strict=False)
    ]
    _insert(session, JobOutput, rows)


def _insert_attachments(
    session: Session, files: Sequence[dict[str, Any]], homes: Mapping[int, int], blobs: Sequence[int]
) -> None:
    rows = [file | {"blob_id": blob_id} for file, blob_id in zip(files, blobs, strict=True)]
    ids = _insert_returning(session, Attachment, rows, "blob_id")
    common = {"actor_name": HOUSE.name, "channel": HOUSE.channel, "verb": "attach", "subject": "attachment"}
    lines = [
        {
            "at": row["created_at"],
            "subject_id": row_id,
            "record_id": row["record_id"],
            "home_id": homes[row["record_id"]],
            "detail": {"name": row["name"]},
        }
        for row_id, row in zip(ids, rows, strict=True)
    ]
    _insert(session, AuditEvent, [common | line for line in lines])


def _part(number: int, action_id: int, at: datetime) -> dict[str, Any]:
    return _file(action_id, f"part-{number:05}.txt", "One of many.", at + timedelta(seconds=number))


def _sheet(one: _Bulk, place: int, action_id: int) -> dict[str, Any]:
    words = f"Measured in the {_place(one.number + place)}."
    file = _file(action_id, f"sheet-{one.number}-{place}.txt", words, one.at)
    return file | {"deleted_at": one.at if place >= one.files else None}


def _file(action_id: int, name: str, description: str, at: datetime) -> dict[str, Any]:
    return {
        "record_id": action_id,
        "name": name,
        "file_name": name,
        "media_type": "text/plain",
        "description": description,
        "created_at": at,
        "updated_at": at,
    }


def _add_contracts(session: Session, numbers: Sequence[int], now: datetime) -> None:
    guids = {number: guid_of(f"contract {number}") for number in numbers}
    present = set(session.scalars(select(Record.guid).where(Record.guid.in_(guids.values()))))
    wanted = [number for number in numbers if guids[number] not in present]
    if wanted:
        series = _series(session, "Contract", len(wanted))
        rows = [
            _record("record", f"Upkeep of the {_place(number)}, part {number}", series, place, now)
            | {"guid": guids[number]}
            for place, number in enumerate(wanted)
        ]
        _insert_records(session, rows)


def _series(session: Session, type_name: str, length: int) -> _Series:
    kind = find_type(session, type_name)
    first = allot_number(session, kind)
    if length > 1:
        allot_number(session, kind, first + length - 1)
    return _Series(kind.id, first)


def _record(kind: str, title: str, series: _Series, place: int, at: datetime) -> dict[str, Any]:
    return {
        "kind": kind,
        "record_type_id": series.type_id,
        "number": series.first + place,
        "title": title,
        "title_key": fold(title),
        "created_at": at,
        "updated_at": at,
    }


def _insert_records(session: Session, rows: Sequence[dict[str, Any]]) -> list[int]:
    ids = _insert_returning(session, Record, rows, "number")
    _insert(session, RecordRow, [{"record_id": row_id, "position": 0, "line": 1} for row_id in ids])
    return ids


def _insert(session: Session, model: Any, rows: Sequence[dict[str, Any]]) -> None:
    session.execute(insert(model.__table__), rows)


def _insert_returning(session: Session, model: Any, rows: Sequence[dict[str, Any]], by: str) -> list[int]:
    """Return the new ids in the order of the rows, which the column `by` tells apart."""
    table = model.__table__
    # Not by the order of the answer: for that, SQLite is asked row by row.
    made = session.execute(insert(table).returning(table.c.id, table.c[by]), rows)
    ids: dict[Any, int] = {value: row_id for row_id, value in made}
    return [ids[row[by]] for row in rows]


def _words_of(number: int) -> str:
    return f"Round of the {_place(number)}." + (" Looked through." if number % 3 else "")


def _place(number: int) -> str:
    return _PLACES[number % len(_PLACES)]
