"""Demo data: enough of everything that each page has something to show, and as much as is asked for to try its speed.

Everything is made under fixed GUIDs, so making it twice makes it once. It knows no page.
"""

from __future__ import annotations

import io
import struct
import uuid
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core import attachments, clock, jobs, records
from core.access import HOUSE
from core.batches import batched
from core.commands import Attach, ByGuid, CreateAction, CreateJob, CreateRecord
from core.errors import Refusal
from core.folding import fold
from core.house import House
from core.progress import Progress
from core.record_types import AddRecordType, add, allot_number, find_type, look_for_type
from models import Action, Attachment, Job, JobTemplate, Record, RecordRow

_SPACE = uuid.UUID("6f8f1b1e-6d0a-4c57-9d2f-2f1f5c0a9d11")
_LINES_AT_ONCE = 1_000
_FILES_OF_THE_FULL_JOB = 10_000
_JOBS_SHARE = 10  # one job for so many attachments


@dataclass(frozen=True, slots=True)
class Loaded:
    """What there is now of the demo data."""

    jobs: int
    records: int
    attachments: int


def load(house: House) -> Loaded:
    """Put the small demo data in place; what is there already stays as it is."""
    _add_types(house)
    report = _job(house, "report", "Nightly sales report", "Sends the daily summary to management.", driver="email")
    survey = _job(house, "survey", "Site survey", "Photos and notes from the yard.", driver="save-files")
    _job(house, "empty", "Quarterly archive", "Nothing has been attached to this one yet.", driver="save-files")
    contract = _contract(house)
    made = [
        *_attach(house, report, (_text("readme.md", "# Sales report\n\nHow it is made, step by step.\n"), _table())),
        *_attach(house, survey, (_picture("north-face.png", (176, 132, 84)), _picture("yard.png", (96, 128, 104)))),
        *_attach(house, contract, (_text("terms.txt", "The terms, in plain words.\n"), _link())),
    ]
    return Loaded(jobs=3, records=1, attachments=len(made))


def load_many(house: House, count: int, progress: Progress) -> Loaded:
    """Put `count` attachments in place, a tenth as many jobs, and one job of up to 10,000 files with bytes.

    The bulk are links, since a million small files would say more about the disk than about the pages.
    """
    full = _fill_one_job(house, min(count, _FILES_OF_THE_FULL_JOB), progress)
    wanted = max(1, count // _JOBS_SHARE)
    made = 0
    for numbers in batched(range(wanted), _LINES_AT_ONCE):
        with house.database.writing() as session:
            made += _add_jobs(session, numbers, (count - full) // wanted)
        progress.update(len(numbers) * _JOBS_SHARE)
    return Loaded(jobs=wanted + 1, records=0, attachments=made + full)


def _guid(name: str) -> uuid.UUID:
    return uuid.uuid5(_SPACE, name)


def _add_types(house: House) -> None:
    with house.database.reading() as session:
        known = look_for_type(session, "Contract")
    if known is None:
        fields = ({"name": "Status", "type": "text"}, {"name": "Value", "type": "number"})
        add(house.database, HOUSE, AddRecordType("Contract", fields=fields, areas=("Documents",)))


def _job(house: House, name: str, title: str, description: str, driver: str) -> Job:
    try:
        return jobs.find(house.database, HOUSE, ByGuid(_guid(name)))
    except Refusal:
        made = jobs.create(
            house.database, HOUSE, CreateJob(title, driver=driver, description=description, guid=_guid(name))
        )
    jobs.add_action(house.database, HOUSE, made.id, CreateAction(driver="email", title="Send e-mail"))
    return made


def _contract(house: House) -> Record:
    try:
        return records.find(house.database, HOUSE, ByGuid(_guid("contract")))
    except Refusal:
        rows = ({"Status": "signed", "Value": 1200},)
        command = CreateRecord("Contract", "Maintenance of the yard", rows=rows, guid=_guid("contract"))
        return records.create(house.database, HOUSE, command)


def _attach(house: House, record: Record, commands: tuple[Attach, ...]) -> list[Attachment]:
    present = attachments.page_of(house.database, HOUSE, record).items
    return list(present) or attachments.attach_many(house, HOUSE, record, commands)


def _text(file_name: str, text: str) -> Attach:
    return Attach(file_name=file_name, content=[text.encode()], description="Written by hand.")


def _table() -> Attach:
    lines = "".join(f"2026-11-{day:02},{day * 37 % 90},{day * 1131 % 5000}\n" for day in range(1, 21))
    return Attach(file_name="sales.csv", content=[b"day,orders,euro\n", lines.encode()], description="Last month.")


def _link() -> Attach:
    return Attach(name="Where the paper lies", driver="link", link_target="file://archive/contracts/57")


def _picture(file_name: str, colour: tuple[int, int, int]) -> Attach:
    return Attach(file_name=file_name, content=[_png(colour)], description="Taken on site.")


def _png(colour: tuple[int, int, int], size: int = 320) -> bytes:
    """Return a picture of a soft gradient, without the help of any library."""
    lines = io.BytesIO()
    for y in range(size):
        shade = [min(255, channel * (size + y) // (2 * size)) for channel in colour]
        lines.write(b"\0" + bytes(shade) * size)
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, data)
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(lines.getvalue())), (b"IEND", b""))
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _fill_one_job(house: House, count: int, progress: Progress) -> int:
    job = _job(house, "full", "A job of many files", "To see how a full page feels.", driver="save-files")
    present = attachments.page_of(house.database, HOUSE, job).total
    for numbers in batched(range(present, count), 100):
        files = [Attach(file_name=f"part-{number:05}.txt", content=[f"{number}\n".encode()]) for number in numbers]
        attachments.attach_many(house, HOUSE, job, files)
        progress.update(len(numbers))
    return count


def _add_jobs(session: Session, numbers: list[int], links: int) -> int:
    guids = {number: _guid(f"bulk {number}") for number in numbers}
    present = set(session.scalars(select(Record.guid).where(Record.guid.in_(guids.values()))))
    wanted = [number for number in numbers if guids[number] not in present]
    if not wanted:
        return 0
    template = session.scalars(select(JobTemplate.id).where(JobTemplate.name == jobs.PLAIN_TEMPLATE)).one()
    job_type, action_type = find_type(session, "Job"), find_type(session, "Action")
    first = {kind.id: allot_number(session, kind) for kind in (job_type, action_type)}
    for kind in (job_type, action_type):
        allot_number(session, kind, first[kind.id] + len(wanted))
    now = clock.now()
    made = [
        _Bulk(number, first[job_type.id] + place, first[action_type.id] + place, now - timedelta(minutes=number))
        for place, number in enumerate(wanted)
    ]
    job_ids = _insert_jobs(session, made, job_type.id, template)
    action_ids = _insert_actions(session, made, action_type.id, job_ids)
    if links:
        session.execute(insert(Attachment), [*_links(made, action_ids, links)])
    return len(made) * links


@dataclass(frozen=True, slots=True)
class _Bulk:
    number: int
    job_number: int
    action_number: int
    at: datetime


def _insert_records(session: Session, rows: list[dict[str, Any]]) -> list[int]:
    table: Any = Record.__table__
    ids = list(session.scalars(insert(table).returning(table.c.id, sort_by_parameter_order=True), rows))
    session.execute(
        insert(RecordRow), [{"record_id": row_id, "position": 0, "line": 1, "values": {}} for row_id in ids]
    )
    return ids


def _insert_jobs(session: Session, made: list[_Bulk], type_id: int, template: int) -> list[int]:
    rows = [_record("job", f"Bulk job {bulk.number}", type_id, bulk.job_number, bulk.at) for bulk in made]
    ids = _insert_records(
        session, [row | {"guid": _guid(f"bulk {bulk.number}")} for row, bulk in zip(rows, made, strict=True)]
    )
    plain = {"driver": "save-files", "slug_scope": jobs.TEAM, "template_id": template, "enabled": True}
    plain |= {"cancelled": False, "progress": 0.0, "input_values": {}, "parameter_values": {}, "notifications": {}}
    session.execute(
        insert(Job.__table__),  # type: ignore[arg-type]  # a table of ours
        [plain | {"id": row_id, "slug": f"bulk-job-{bulk.number}"} for row_id, bulk in zip(ids, made, strict=True)],
    )
    return ids


def _insert_actions(session: Session, made: list[_Bulk], type_id: int, job_ids: list[int]) -> list[int]:
    rows = [
        _record("action", "Files", type_id, bulk.action_number, bulk.at) | {"parent_id": job_id}
        for bulk, job_id in zip(made, job_ids, strict=True)
    ]
    ids = _insert_records(session, rows)
    plain = {"driver": jobs.FILES, "index": 0, "enabled": True, "condition": None, "data": {}, "builtin": True}
    session.execute(
        insert(Action.__table__),  # type: ignore[arg-type]  # a table of ours
        [plain | {"id": row_id, "job_id": job_id} for row_id, job_id in zip(ids, job_ids, strict=True)],
    )
    return ids


def _record(kind: str, title: str, type_id: int, number: int, at: datetime) -> dict[str, Any]:
    return {
        "kind": kind,
        "record_type_id": type_id,
        "number": number,
        "guid": uuid.uuid4(),
        "title": title,
        "title_key": fold(title),
        "description": "",
        "private": False,
        "facts": {},
        "revision": 1,
        "created_at": at,
        "updated_at": at,
    }


def _links(made: list[_Bulk], action_ids: list[int], links: int) -> Iterator[dict[str, Any]]:
    for bulk, action_id in zip(made, action_ids, strict=True):
        for number in range(links):
            yield {
                "guid": uuid.uuid4(),
                "record_id": action_id,
                "driver": "link",
                "name": f"Sheet {bulk.number}-{number}",
                "link_target": f"https://example.org/{bulk.number}/{number}",
                "data": {},
                "facts": {},
                "created_at": bulk.at,
                "updated_at": bulk.at,
            }
