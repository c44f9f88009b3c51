"""Demo data: enough of everything that each page has something to show.

Everything is made under fixed GUIDs, so making it twice makes it once. It knows no page.
"""

from __future__ import annotations

import io
import struct
import uuid
import zlib
from dataclasses import dataclass

from core import actions, attachments, jobs, records
from core.access import HOUSE
from core.commands import Attach, ByGuid, CreateAction, CreateJob, CreateRecord
from core.errors import Refusal
from core.house import House
from core.record_types import AddRecordType, add, look_for_type
from models import Attachment, Job, Record

_SPACE = uuid.UUID("6f8f1b1e-6d0a-4c57-9d2f-2f1f5c0a9d11")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What there is now of the demo data."""

    jobs: int
    records: int
    attachments: int


def load(house: House) -> Loaded:
    """Put the small demo data in place; what is there already stays as it is."""
    add_types(house)
    report = job_of(house, "report", "Nightly sales report", "Sends the daily summary to management.", driver="email")
    survey = job_of(house, "survey", "Site survey", "Photos and notes from the yard.", driver="save-files")
    job_of(house, "empty", "Quarterly archive", "Nothing has been attached to this one yet.", driver="save-files")
    contract = _contract(house)
    made = [
        *_attach(house, report, (_text("readme.md", "# Sales report\n\nHow it is made, step by step.\n"), _table())),
        *_attach(house, survey, (_picture("north-face.png", (176, 132, 84)), _picture("yard.png", (96, 128, 104)))),
        *_attach(house, contract, (_text("terms.txt", "The terms, in plain words.\n"), _link())),
    ]
    return Loaded(jobs=3, records=1, attachments=len(made))


def guid_of(name: str) -> uuid.UUID:
    """Return the GUID under which a piece of the demo data is made."""
    return uuid.uuid5(_SPACE, name)


def add_types(house: House) -> None:
    """Add the type of records that the demo data has, unless it is there."""
    with house.database.reading() as session:
        known = look_for_type(session, "Contract")
    if known is None:
        fields = ({"name": "Status", "type": "text"}, {"name": "Value", "type": "number"})
        add(house.database, HOUSE, AddRecordType("Contract", fields=fields, areas=("Documents",)))


def job_of(house: House, name: str, title: str, description: str, driver: str) -> Job:
    """Return a job of the demo data with an action of its own, made unless it is there."""
    try:
        return jobs.find(house.database, HOUSE, ByGuid(guid_of(name)))
    except Refusal:
        made = jobs.create(
            house.database, HOUSE, CreateJob(title, driver=driver, description=description, guid=guid_of(name))
        )
    actions.add(house.database, HOUSE, made.id, CreateAction(driver="email", title="Send e-mail"))
    return made


def _contract(house: House) -> Record:
    try:
        return records.find(house.database, HOUSE, ByGuid(guid_of("contract")))
    except Refusal:
        rows = ({"Status": "signed", "Value": 1200},)
        command = CreateRecord("Contract", "Maintenance of the yard", rows=rows, guid=guid_of("contract"))
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
