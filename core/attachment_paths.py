"""Attachments as a tree of paths: one entry a path, the newest of its name, and where a new file may lie.

It stands on core.attachments and knows no spelling of an address.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from core.access import Caller, Verb, require
from core.attachment_checks import checked_folder
from core.attachment_rows import WHOLE, of_record, path_name
from core.attachments import newest_named, refuse_path_clash
from core.commands import PathQuery, Reference
from core.database import Database
from core.errors import Subject, not_found
from core.filenames import clean_name
from core.lookup import find_in
from core.paging import Page, directed, page
from models import Attachment, Blob, Record, RecordType

SORTABLE: dict[str, Any] = {"path": Attachment.folder, "media_type": Attachment.media_type, "size": Blob.size}


def page_paths(database: Database, caller: Caller, record: Record, query: PathQuery) -> Page[Attachment]:
    """Return the newest attachment with bytes of each path, by folder and then file name; refuses NOT_FOUND."""
    with database.reading() as session:
        require(session, caller, Verb.READ, record)
        newest_first = (Attachment.created_at.desc(), Attachment.id.desc())
        rank = func.row_number().over(partition_by=(Attachment.folder, path_name()), order_by=newest_first)
        ranked = (
            select(Attachment.id, rank.label("rank"))
            .where(
                of_record(record),
                Attachment.deleted_at.is_(None),
                Attachment.listed.is_(True),
                Attachment.blob_id.is_not(None),
            )
            .subquery()
        )
        statement = (
            select(Attachment)
            .join(ranked, ranked.c.id == Attachment.id)
            .join(Blob, Blob.id == Attachment.blob_id)
            .where(ranked.c.rank == 1)
        )
        ordered = statement.order_by(*directed(SORTABLE, query.sort), Attachment.folder, path_name(), Attachment.id)
        return page(session, ordered.options(*WHOLE), query.part)


def find_place(database: Database, caller: Caller, reference: Reference, folder: str, file_name: str) -> Record:
    """Return the record on which a file of that path may be stored, before any byte is read.

    Refuses NOT_FOUND (the record, or a folder that its type does not have), DENIED, INVALID (a name) and CONFLICT (a
    file and a folder of one path). Storing checks the path again.
    """
    with database.reading() as session:
        record: Record = find_in(session, caller, reference, Verb.EDIT)
        path, name = checked_folder(folder), clean_name(file_name, "file_name")
        _require_folder(record.record_type, path)
        if newest_named(session, record, path, name) is None:
            refuse_path_clash(session, record, path, name)
        return record


def _require_folder(record_type: RecordType, folder: str) -> None:
    # A type that names its folders has those alone; one that names none gets a folder with its first file.
    if folder and record_type.folders and folder not in record_type.folders:
        raise not_found(Subject.FOLDER)
