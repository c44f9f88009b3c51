"""Finding one record by any of its names, through the caller: what is invisible equals what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, and_, false, or_, select
from sqlalchemy.orm import Session, joinedload, selectin_polymorphic, selectinload
from sqlalchemy.sql.base import ExecutableOption

from core.access import Caller, Verb, require
from core.bounds import is_number, is_text
from core.commands import ByGuid, ById, ByNaturalId, ByNumber, ByOid, Reference
from core.errors import Subject, not_found
from core.folding import fold, normal
from models import Action, Job, Record, RecordType

R = TypeVar("R", bound=Record)

# What is loaded with a record wherever one is found: enough for its names, its owner and its fields.
WHOLE: tuple[ExecutableOption, ...] = (
    joinedload(Record.record_type),
    joinedload(Record.owner),
    selectinload(Record.rows),
    selectin_polymorphic(Record, [Job, Action]),
)


def find_in(  # noqa: PLR0913 - a look-up is exactly these questions
    session: Session,
    caller: Caller,
    reference: Reference,
    verb: Verb = Verb.READ,
    *,
    kind: type[R] = Record,  # type: ignore[assignment]  # the default of a type variable
    subject: Subject = Subject.RECORD,
    deleted: bool = False,
    options: Sequence[ExecutableOption] = WHOLE,
    locks: bool = False,
) -> R:
    """Return the one record of that name and kind; refuses NOT_FOUND or DENIED as `access.require` does.

    `deleted` finds those in the trash too. `locks` keeps other writers from it until the transaction ends.
    """
    statement = select(kind).where(named(reference)).options(*options)
    if not deleted:
        statement = statement.where(Record.deleted_at.is_(None))
    if locks:
        lock(session, reference)
    record = session.scalars(statement).unique().one_or_none()
    if record is None:
        raise not_found(subject)
    require(session, caller, verb, record, subject)
    return record


def lock(session: Session, reference: Reference) -> None:
    """Keep other writers from the record's row until the transaction ends; SQLite's one writer needs no such lock.

    With an action its job is locked, and before it: whoever changes the actions of a job takes the two in this order.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    job_id = select(Record.parent_id).where(named(reference), Record.kind == "action").correlate(None)
    both = or_(named(reference), Record.id == job_id.scalar_subquery())
    session.execute(select(Record.id).where(both).order_by(Record.kind.desc()).with_for_update())  # job before action


def lock_row(connection: Connection, record_id: int) -> None:
    """Do as `lock` does for a record that is no action, by its id."""
    if connection.dialect.name != "sqlite":
        connection.execute(select(Record.id).where(Record.id == record_id).with_for_update())


def named(reference: Reference) -> ColumnElement[bool]:
    """Return the SQL condition on Record that one reference stands for."""
    if not _can_be_kept(reference):
        return false()
    match reference:
        case ById(row_id):
            return Record.id == row_id
        case ByGuid(guid):
            return Record.guid == guid
        case ByNumber(type_name, number):
            return _numbered(type_name, number)
        case ByOid(oid):
            return _has_oid(oid)
        case ByNaturalId(owner, slug):
            owned = select(Job.__table__.c.id).where(
                Job.__table__.c.slug_scope == normal(owner), Job.__table__.c.slug == normal(slug)
            )
            return Record.id.in_(owned)


def _can_be_kept(reference: Reference) -> bool:
    match reference:
        case ById(number):
            return is_number(number)
        case ByNumber(type_name, number):
            return is_number(number) and is_text(type_name)
        case ByNaturalId(owner, slug):
            return is_text(owner, slug)
        case _:
            return True


def _numbered(type_name: str, number: int) -> ColumnElement[bool]:
    key = fold(type_name)
    types = select(RecordType.id).where((RecordType.name_key == key) | (RecordType.plural_key == key))
    return and_(Record.record_type_id.in_(types), Record.number == number)


def _has_oid(oid: str) -> ColumnElement[bool]:
    prefix = oid.rstrip("0123456789")
    digits = oid[len(prefix) :]
    if not prefix.isascii() or not 1 <= len(digits) <= 18:
        return false()
    types = select(RecordType.id).where(RecordType.prefix == prefix.upper())
    return and_(Record.record_type_id.in_(types), Record.number == int(digits))
