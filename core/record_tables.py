"""Records of one type as a table: which columns they have, and one record as a row of it. It knows no API's names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, literal, select, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import String

from core.access import Caller, visible
from core.commands import Reference
from core.database import Database
from core.filters import Field, Kind
from core.folding import fold
from core.json_members import is_reachable, member
from core.lookup import find_in
from core.record_types import find_type
from core.tables import Column, Source, Table, TableQuery, read
from models import Job, Record, RecordRow, RecordType, User

FIELD = "field:"  # begins the name of a column that the type defines, so that no field hides a column of ours
MOST_FREE_FIELDS = 200  # columns of a type without definitions
LOOKED_AT = 1000  # records, the newest, whose members are such columns; a name that is asked for is looked for in all

_JOB = Job.__table__.c
_KINDS = {"number": Kind.NUMBER, "bool": Kind.BOOL, "datetime": Kind.TIME}


@dataclass(frozen=True, slots=True)
class Sheet:
    """The table that the records of one type make: its columns by name, in order."""

    type_id: int
    type_name: str
    columns: Mapping[str, Column]
    is_open: bool  # the type defines no fields and takes any


def find_sheet(database: Database, caller: Caller, type_name: str, named: Sequence[str] = ()) -> Sheet:
    """Return the table of a type, by name or plural without case; refuses NOT_FOUND (record type).

    A type without definitions has the fields that occur in the newest records the caller may read, and beside them
    whatever is `named`: blank where a record does not have it.
    """
    with database.reading() as session:
        record_type = find_type(session, type_name)
        return _sheet(session, caller, record_type, named)


def tabulate(database: Database, caller: Caller, sheet: Sheet, query: TableQuery) -> Table:
    """Return the records of a type that the caller may read; newest first unless asked. Refuses INVALID."""
    with database.reading() as session:
        return read(database, session, _source(caller, sheet), query)


def find_row(database: Database, caller: Caller, reference: Reference) -> tuple[Sheet, Table]:
    """Return one record as a table of one row with every column; refuses NOT_FOUND (record)."""
    with database.reading() as session:
        record: Record = find_in(session, caller, reference)
        sheet = _sheet(session, caller, record.record_type, (), record)
        return sheet, read(database, session, _source(caller, sheet, record), TableQuery())


class oid_text(FunctionElement[str]):  # noqa: N801 - reads as the function that it is
    """A prefix and a number padded to six digits."""

    type = String()
    inherit_cache = True


@compiles(oid_text)
def _oid_text(element: oid_text, compiler: SQLCompiler, **options: Any) -> str:
    prefix, number = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({prefix} || printf('%06d', {number}))"


@compiles(oid_text, "postgresql")
def _oid_text_on_postgresql(element: oid_text, compiler: SQLCompiler, **options: Any) -> str:
    prefix, number = (compiler.process(clause, **options) for clause in element.clauses)
    digits = f"CAST({number} AS TEXT)"
    return f"((CAST({prefix} AS TEXT) || lpad({digits}, greatest(6, length({digits})), '0')) COLLATE \"C\")"


_OWNER_NAME = func.coalesce(func.nullif(User.full_name, ""), User.name)
_FIRST = (
    Column("guid", Field(Record.guid, Kind.GUID)),
    Column("title", Field(Record.title, Kind.TEXT)),
)
_LAST = (
    Column("description", Field(Record.description, Kind.TEXT)),
    Column("owner", Field(_OWNER_NAME, Kind.TEXT)),
    Column("private", Field(Record.private, Kind.BOOL)),
    Column("created_at", Field(Record.created_at, Kind.TIME)),
    Column("updated_at", Field(Record.updated_at, Kind.TIME)),
)
_OF_JOBS = (
    Column("driver", Field(_JOB.driver, Kind.TEXT)),
    Column("enabled", Field(_JOB.enabled, Kind.BOOL)),
    Column("progress", Field(_JOB.progress, Kind.NUMBER)),
    Column("started_at", Field(_JOB.started_at, Kind.TIME)),
    Column("ended_at", Field(_JOB.ended_at, Kind.TIME)),
    Column("error_reason", Field(_JOB.error_reason, Kind.TEXT)),
)


def _sheet(
    session: Session, caller: Caller, record_type: RecordType, named: Sequence[str], record: Record | None = None
) -> Sheet:
    is_open = not record_type.fields
    columns = [_FIRST[0], _oid_column(record_type), *_FIRST[1:], *_defined(record_type), *_LAST]
    if record_type.name == "Job":
        columns += _OF_JOBS
    if is_open:
        known = list(record.fields) if record else _names_in_use(session, caller, record_type)
        common = {fold(name) for name in known}
        rare = [name for name in dict.fromkeys(named) if fold(name) not in common and is_reachable(name)]
        columns += _free(known, {name: _is_in_use(session, caller, record_type, name) for name in rare})
    return Sheet(record_type.id, record_type.name, {column.name: column for column in columns}, is_open)


def _oid_column(record_type: RecordType) -> Column:
    return Column("oid", Field(oid_text(literal(record_type.prefix, String()), Record.number), Kind.TEXT))


def _defined(record_type: RecordType) -> list[Column]:
    fields = [(field["name"], field["type"]) for field in record_type.fields]
    return [_member(name, kind) for name, kind in fields if is_reachable(name)]


def _free(known: Iterable[str], rare: Mapping[str, bool]) -> list[Column]:
    names = {fold(name): name for name in sorted(filter(is_reachable, known), reverse=True)}
    shown = [_member(names[key], "any") for key in sorted(names)]
    return shown + [_member(name, "any", is_extra=True, is_blank=not is_used) for name, is_used in rare.items()]


def _member(name: str, kind: str, *, is_extra: bool = False, is_blank: bool = False) -> Column:
    return Column(
        FIELD + name,
        Field(member(RecordRow.values, name, kind), _KINDS.get(kind, Kind.TEXT)),
        is_date=kind == "date",
        is_extra=is_extra,
        is_blank=is_blank,
        source=RecordRow.values,
        member=name,
    )


def _names_in_use(session: Session, caller: Caller, record_type: RecordType) -> list[str]:
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    if on_postgresql:
        members = func.json_object_keys(RecordRow.values).table_valued("key").render_derived()
    else:
        members = func.json_each(RecordRow.values).table_valued("key")
    newest = (
        select(Record.id).where(*_readable(caller, record_type.id)).order_by(Record.created_at.desc(), Record.id.desc())
    )
    statement = (
        select(members.c.key)
        .distinct()
        .select_from(RecordRow)
        .join(members, true())
        .where(RecordRow.position == 0, RecordRow.record_id.in_(newest.limit(LOOKED_AT)))
        .limit(MOST_FREE_FIELDS)
    )
    return list(session.scalars(statement))


def _is_in_use(session: Session, caller: Caller, record_type: RecordType, name: str) -> bool:
    rows = select(Record.id).join(RecordRow, and_(RecordRow.record_id == Record.id, RecordRow.position == 0))
    held = rows.where(*_readable(caller, record_type.id), member(RecordRow.values, name, "any").is_not(None))
    return session.scalar(held.limit(1)) is not None


def _readable(caller: Caller, type_id: int) -> tuple[Any, ...]:
    return (Record.record_type_id == type_id, Record.deleted_at.is_(None), visible(caller))


def _source(caller: Caller, sheet: Sheet, record: Record | None = None) -> Source:
    base: Select[Any] = (
        select(Record.id)
        .select_from(Record)
        .outerjoin(User, Record.owner_id == User.id)
        .outerjoin(RecordRow, and_(RecordRow.record_id == Record.id, RecordRow.position == 0))
    )
    if "driver" in sheet.columns:
        base = base.outerjoin(Job.__table__, _JOB.id == Record.id)
    base = base.where(*_readable(caller, sheet.type_id))
    if record is not None:
        base = base.where(Record.id == record.id)
    return Source(Record.id, base, sheet.columns, (Record.created_at.desc(), Record.id.desc()))
