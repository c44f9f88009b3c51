"""Many files as one zip: which go in under which names, and the bytes, streamed with an exact length.

The members are stored as they are, so the length is known before the first byte and memory stays flat. It knows no request.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from zipstream import ZipStream

from core.access import Caller, Verb, require
from core.attachment_rows import SHOWN, of_record
from core.blobs import BlobStore
from core.database import Database
from core.errors import Subject, not_found
from core.limits import PIECE
from models import Attachment, Blob, JobOutput, Record

SUMS = "SHA256SUMS"
_UNFIT = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f]')  # what some file system would take for a path or refuse


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive; `path` is its name within."""

    path: str
    key: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Archive:
    """A zip that is about to be sent: its name, its exact length in bytes, and its pieces, to be read once."""

    name: str
    length: int
    pieces: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Selection:
    """What of a record goes in; None is everything of that kind."""

    attachments: Sequence[uuid.UUID] | None = None
    outputs: Sequence[uuid.UUID] | None = None


@dataclass(frozen=True, slots=True)
class Weight:
    """How many files, and how many bytes they have."""

    files: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Weights:
    """What hangs on each record, by its id (a job's hang on its actions), and what a job made."""

    parts: Mapping[int, Weight]
    outputs: Weight

    @property
    def all(self) -> Weight:
        """Everything together."""
        every = [*self.parts.values(), self.outputs]
        return Weight(sum(part.files for part in every), sum(part.size for part in every))


def members(database: Database, caller: Caller, record: Record, selection: Selection = Selection()) -> list[Member]:
    """Return the files of a record, of all actions for a job, with a path for each; refuses NOT_FOUND.

    Refuses NOT_FOUND (attachment) too when a selection leaves nothing with bytes.
    """
    with database.reading() as session:
        require(session, caller, Verb.READ, record)
        places = [*_attached(session, record, selection), *_made(session, record, selection)]
    found = [*_named(places)]
    if not found:
        raise not_found(Subject.ATTACHMENT)
    return found


def weigh(database: Database, caller: Caller, record: Record) -> Weights:
    """Return how much `members` would give, without loading it; refuses NOT_FOUND (the record)."""
    with database.reading() as session:
        require(session, caller, Verb.READ, record)
        total = (func.count(), func.sum(Blob.size))
        attached = select(Attachment.record_id, *total).join(Blob, Blob.id == Attachment.blob_id)
        rows = session.execute(attached.where(of_record(record), *SHOWN).group_by(Attachment.record_id)).all()
        made = select(*total).select_from(JobOutput).join(Blob, Blob.id == JobOutput.blob_id)
        outputs = session.execute(made.where(JobOutput.job_id == record.id, JobOutput.deleted_at.is_(None))).one()
    parts = {record_id: Weight(files, int(size)) for record_id, files, size in rows if record_id is not None}
    return Weights(parts, Weight(outputs[0], int(outputs[1] or 0)))


def archive(store: BlobStore, name: str, files: Sequence[Member]) -> Archive:
    """Return the zip of these files, with the sums of all of them in SHA256SUMS."""
    stream = ZipStream(sized=True)
    for member in files:
        stream.add(_Pieces(store, member), member.path, size=member.size)
    sums = "".join(f"{member.sha256}  {member.path}\n" for member in files)
    stream.add(sums.encode(), SUMS)
    return Archive(f"{_fit(name)}.zip", len(stream), stream)


@dataclass(frozen=True, slots=True)
class _Pieces:
    """The bytes of one member, opened when their turn comes."""

    store: BlobStore
    member: Member

    def __iter__(self) -> Iterator[bytes]:
        with self.store.open(self.member.key) as file:
            while piece := file.read(PIECE):
                yield piece


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one file goes, before equal names are told apart."""

    folders: Sequence[str]
    name: str
    key: str
    size: int
    sha256: str


def _attached(session: Session, record: Record, selection: Selection) -> Iterator[_Place]:
    # Plain columns: a job may have ten thousand files, and their names are all that is wanted of them.
    name = func.coalesce(Attachment.file_name, Attachment.name)
    columns = (Record.id, Record.title, Attachment.folder, name, Blob.key, Blob.size, Blob.sha256)
    statement = select(*columns).select_from(Attachment).join(Blob, Blob.id == Attachment.blob_id)
    statement = statement.join(Record, Record.id == Attachment.record_id).where(of_record(record), *SHOWN)
    if selection.attachments is not None:
        statement = statement.where(Attachment.guid.in_(selection.attachments))
    for holder, title, folder, file_name, key, size, sha256 in session.execute(statement.order_by(Attachment.id)):
        where = [] if holder == record.id else [title]
        yield _Place([*where, *folder.split("/")], file_name, key, size, sha256)


def _made(session: Session, record: Record, selection: Selection) -> Iterator[_Place]:
    columns = (JobOutput.name, JobOutput.type, Blob.key, Blob.size, Blob.sha256)
    statement = select(*columns).join(Blob, Blob.id == JobOutput.blob_id)
    statement = statement.where(JobOutput.job_id == record.id, JobOutput.deleted_at.is_(None))
    if selection.outputs is not None:
        statement = statement.where(JobOutput.guid.in_(selection.outputs))
    for name, type_, key, size, sha256 in session.execute(statement.order_by(JobOutput.id)):
        yield _Place(["Outputs"], f"{name}.{type_}", key, size, sha256)


def _named(places: Iterable[_Place]) -> Iterator[Member]:
    taken = {SUMS.casefold(): 1}
    for place in places:
        folder = "/".join(_fit(part) for part in place.folders if part)
        path = _free(f"{folder}/{_fit(place.name)}" if folder else _fit(place.name), taken)
        yield Member(path, place.key, place.size, place.sha256)


def _fit(name: str) -> str:
    fit = _UNFIT.sub("_", name).strip(". ")
    return fit.encode()[:200].decode(errors="ignore") or "_"


def _free(path: str, taken: dict[str, int]) -> str:
    """Return the path, with a number where it is taken, and note it; `taken` knows how often each was asked for."""
    stem, dot, suffix = path.rpartition(".")
    if not dot or "/" in suffix:
        stem, dot, suffix = path, "", ""
    key, free = path.casefold(), path
    number = taken.get(key, 0)
    while free.casefold() in taken:
        number += 1
        free = f"{stem} ({number}){dot}{suffix}"
    taken[key] = max(number, 1)
    taken.setdefault(free.casefold(), 1)
    return free
