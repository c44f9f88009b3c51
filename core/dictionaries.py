"""The values that a field of a type takes, as a table: those its definition lists, and those in use. It knows no API.

Only what the caller may read counts, so that no value of a private record is told.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import CTE, Integer, String, Uuid, column, false, literal, select, values
from sqlalchemy.orm import Session

from core.access import Caller, visible
from core.database import Database
from core.errors import Subject, invalid
from core.filters import Field, Kind
from core.folding import fold
from core.json_members import is_reachable, member_text
from core.record_types import find_type
from core.tables import Column, Source, Table, TableQuery, read
from models import Record, RecordRow, RecordType

MOST = 1000  # values of one field


def tabulate(database: Database, caller: Caller, type_name: str, field_name: str, query: TableQuery) -> Table:
    """Return the values of a field by rank; refuses NOT_FOUND (record type) and INVALID (no such field)."""
    with database.reading() as session:
        record_type = find_type(session, type_name)
        name, listed = _definition(record_type, field_name)
        found = [*listed, *_in_use(session, caller, record_type, name)]
        return read(database, session, _source(record_type, name, list(dict.fromkeys(found))), query)


def _columns(entries: CTE) -> dict[str, Column]:
    own = (
        Column("guid", Field(entries.c.guid, Kind.GUID)),
        Column("name", Field(entries.c.name, Kind.TEXT)),
        Column("rank", Field(entries.c.rank, Kind.NUMBER), is_whole=True),
    )
    return {column.name: column for column in own}


def _entries(rows: Sequence[tuple[int, uuid.UUID, str]]) -> CTE:
    named = values(column("rank", Integer), column("guid", Uuid()), column("name", String()), name="entry")
    return named.data(list(rows)).cte("entry")


COLUMNS = _columns(_entries(()))


def _definition(record_type: RecordType, field_name: str) -> tuple[str, Sequence[str]]:
    """Return the field's name and the values its definition lists; the guide also writes the plural of a name."""
    spellings = {fold(field_name), fold(field_name).removesuffix("es"), fold(field_name).removesuffix("s")}
    for field in record_type.fields:
        if fold(field["name"]) in spellings and is_reachable(field["name"]):
            return field["name"], [str(value) for value in field.get("values", ())]
    if record_type.fields or not is_reachable(field_name):
        raise invalid(field_name, f"{record_type.name} has no field called “{field_name}”.", Subject.QUERY)
    return field_name, ()


def _in_use(session: Session, caller: Caller, record_type: RecordType, name: str) -> Sequence[str]:
    value = member_text(RecordRow.values, literal(name, String()))
    statement = (
        select(value)
        .distinct()
        .select_from(RecordRow)
        .join(Record, Record.id == RecordRow.record_id)
        .where(RecordRow.position == 0, Record.record_type_id == record_type.id, Record.deleted_at.is_(None))
        .where(visible(caller), value != "")
        .limit(MOST)
    )
    return sorted(session.scalars(statement), key=lambda text: (fold(text), text))


def _source(record_type: RecordType, name: str, found: Sequence[str]) -> Source:
    # The same value has the same id in every answer, though no row holds it.
    begin = f"addenda:{record_type.id}/{fold(name)}/"
    rows = [(rank, uuid.uuid5(uuid.NAMESPACE_URL, begin + text), text) for rank, text in enumerate(found, start=1)]
    entries = _entries(rows or [(0, uuid.UUID(int=0), "")])
    base = select(entries.c.rank).select_from(entries)
    if not rows:
        base = base.where(false())
    return Source(entries.c.rank, base, _columns(entries), (entries.c.rank,))
