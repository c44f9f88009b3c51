"""The attachments of a record as a table: which columns there are. It knows no other list and no API's names."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, func, select

from core.access import Caller
from core.attachment_rows import of_record
from core.commands import Reference
from core.database import Database
from core.filters import Field, Kind
from core.lookup import find_in
from core.tables import Column, Source, Table, TableQuery, read
from models import Attachment, Blob, Record

_IS_LINK = Attachment.driver == "link"
# A link is shown by its target, all else by its file name, or its name where it has none.
_SHOWN_NAME = case((_IS_LINK, Attachment.link_target), else_=func.coalesce(Attachment.file_name, Attachment.name))
_KIND = case((_IS_LINK, "link"), else_="file")

COLUMNS = {
    column.name: column
    for column in (
        Column("guid", Field(Attachment.guid, Kind.GUID)),
        Column("description", Field(Attachment.description, Kind.TEXT)),
        Column("file_name", Field(_SHOWN_NAME, Kind.TEXT)),
        Column("kind", Field(_KIND, Kind.TEXT)),
        Column("created_at", Field(Attachment.created_at, Kind.TIME)),
        Column("size", Field(func.coalesce(Blob.size, 0), Kind.NUMBER), is_whole=True, is_extra=True),
        Column("is_link", Field(case((_IS_LINK, True), else_=False), Kind.BOOL), is_extra=True),
    )
}


def tabulate(database: Database, caller: Caller, reference: Reference, query: TableQuery) -> Table:
    """Return the live, listed attachments of a record, for a job of all its actions; newest first unless asked.

    Refuses NOT_FOUND (record) and INVALID (a condition or order that cannot be).
    """
    with database.reading() as session:
        record: Record = find_in(session, caller, reference)
        return read(database, session, _source(record), query)


def _source(record: Record) -> Source:
    base: Any = select(Attachment.id).select_from(Attachment).outerjoin(Blob, Attachment.blob_id == Blob.id)
    live = (of_record(record), Attachment.deleted_at.is_(None), Attachment.listed.is_(True))
    return Source(Attachment.id, base.where(*live), COLUMNS, (Attachment.created_at.desc(), Attachment.id.desc()))
