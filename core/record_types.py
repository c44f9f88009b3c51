"""Kinds of records: their names, number series, fields, folders, areas and steps. It knows no single record."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ScalarSelect, case, or_, select, update
from sqlalchemy.orm import Session, selectinload

from core import audit, clock
from core.access import Caller, require_admin
from core.bounds import is_json, is_number, is_text
from core.database import Database
from core.errors import Code, Refusal, Subject, conflict, invalid, not_found
from core.folding import fold, normal
from models import Record, RecordType, SpentNumber, StepAction

FIELD_TYPES = ("text", "number", "bool", "date", "datetime", "any")
DEFAULT_AREA = "Attachments"
# Segments of Alloy's addresses and of the pages', and what no address can hold.
_RESERVED = frozenset({"object", "profile", "activities", "dictionary", "token", "new", ".", ".."})
_PREFIX = re.compile(r"[A-Z]{1,10}")


@dataclass(frozen=True, slots=True)
class AddRecordType:
    """Make a kind of record."""

    name: str
    plural: str | None = None  # None: the name and an s
    prefix: str | None = None  # None: the first free one made of the name's letters
    fields: Sequence[Mapping[str, Any]] = ()  # {"name", "type"?, "label"?, "mandatory"?}
    folders: Sequence[str] = ()
    areas: Sequence[str] = ()
    builtin: bool = False


@dataclass(frozen=True, slots=True)
class ReviseRecordType:
    """Give a kind of record other fields, folders and areas; what records hold already stays."""

    fields: Sequence[Mapping[str, Any]]
    folders: Sequence[str]
    areas: Sequence[str]


def find_type(session: Session, name: str) -> RecordType:
    """Return the type of that name or plural, without case; refuses NOT_FOUND."""
    record_type = look_for_type(session, name)
    if record_type is None:
        raise not_found(Subject.RECORD_TYPE, name)
    return record_type


def look_for_type(session: Session, name: str) -> RecordType | None:
    """Return the type of that name or plural, without case, or None."""
    if not is_text(name):
        return None
    key = fold(name)
    named = or_(RecordType.name_key == key, RecordType.plural_key == key)
    return session.scalar(select(RecordType).where(named).options(selectinload(RecordType.steps)))


def type_id(name: str) -> ScalarSelect[int]:
    """Return the SQL expression for the id of the type of that name."""
    return select(RecordType.id).where(RecordType.name_key == fold(name)).scalar_subquery()


def all_types(database: Database) -> Sequence[RecordType]:
    """Return every type with its steps, by name."""
    with database.reading() as session:
        return session.scalars(
            select(RecordType).options(selectinload(RecordType.steps)).order_by(RecordType.name_key)
        ).all()


def find(database: Database, name: str) -> RecordType:
    """Return one type with its steps, by name or plural without case; refuses NOT_FOUND."""
    with database.reading() as session:
        return find_type(session, name)


def find_spelt(database: Database, names: Sequence[str]) -> RecordType:
    """Return the first type that one of these names or plurals, in their order, stands for; refuses NOT_FOUND."""
    with database.reading() as session:
        for name in names:
            if (found := look_for_type(session, name)) is not None:
                return found
    raise not_found(Subject.RECORD_TYPE)


def add(database: Database, caller: Caller, command: AddRecordType) -> RecordType:
    """Make a kind of record with its built-in steps; refuses DENIED, INVALID and CONFLICT."""
    require_admin(caller)
    with database.writing() as session:
        record_type = add_in(session, command)
        audit.note(session, caller, "add", Subject.RECORD_TYPE, record_type.id, name=record_type.name)
        return record_type


def add_in(session: Session, command: AddRecordType) -> RecordType:
    """Make a kind of record inside a transaction that is already open."""
    name, plural = _checked_name(command.name), _checked_name(command.plural or f"{command.name}s")
    _refuse_taken(session, name, plural)
    areas = _checked_areas(command.areas)
    record_type = RecordType(
        name=name,
        name_key=fold(name),
        plural=plural,
        plural_key=fold(plural),
        prefix=_checked_prefix(session, command.prefix, name),
        next_number=1,
        fields=_checked_fields(command.fields),
        folders=[normal(folder) for folder in command.folders],
        areas=[{"name": area} for area in areas],
        builtin=command.builtin,
        created_at=clock.now(),
        steps=_builtin_steps(areas),
    )
    session.add(record_type)
    session.flush()
    return record_type


def revise(database: Database, caller: Caller, name: str, command: ReviseRecordType) -> RecordType:
    """Change what a kind of record has, and the areas of its built-in steps.

    Refuses DENIED, NOT_FOUND, INVALID, and LOCKED for the types that are built in.
    """
    require_admin(caller)
    with database.writing() as session:
        record_type = find_type(session, name)
        if record_type.builtin:
            raise Refusal(Code.LOCKED, "A built-in type stays as it is.", Subject.RECORD_TYPE)
        record_type.fields = [_checked_field(field) for field in command.fields]
        record_type.folders = [normal(folder) for folder in command.folders]
        record_type.areas = [{"name": area} for area in command.areas]
        for step in record_type.steps:
            if step.builtin:
                step.areas = [{"name": area} for area in (command.areas or (DEFAULT_AREA,))]
        audit.note(session, caller, "revise", Subject.RECORD_TYPE, record_type.id, name=record_type.name)
        return record_type


def allot_number(session: Session, record_type: RecordType, wanted: int | None = None) -> int:
    """Take the next number of a type, or `wanted`, and move the counter past it; a number is never used twice.

    Refuses CONFLICT when the wanted one is taken (DECISIONS 2).
    """
    if wanted is not None:
        return _take_number(session, record_type, wanted)
    taken = session.execute(
        update(RecordType)
        .where(RecordType.id == record_type.id)
        .values(next_number=RecordType.next_number + 1)
        .returning(RecordType.next_number)
        .execution_options(synchronize_session=False)
    )
    return int(taken.scalar_one()) - 1


def is_spent(session: Session, record_type: RecordType, number: int) -> bool:
    """Tell whether a number was that of a record which was removed for good."""
    return is_number(number) and session.get(SpentNumber, (record_type.id, number)) is not None


def checked_values(record_type: RecordType, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return field values that the type accepts; refuses INVALID for an unknown field or a wrong kind of value.

    A type without field definitions takes any field (DECISIONS 6).
    """
    for name, value in values.items():
        if not (is_text(name) and is_json(value)):
            raise invalid(name, "A field holds no NUL character.", Subject.RECORD)
    if not record_type.fields:
        return {normal(name): value for name, value in values.items()}
    known = {field["name"]: field for field in record_type.fields}
    return {name: _checked_value(known, name, value) for name, value in values.items()}


def _take_number(session: Session, record_type: RecordType, wanted: int) -> int:
    if not 0 < wanted < 2**53:
        raise invalid("number", "A record's number is a whole number above zero.", Subject.RECORD)
    # The counter's row is the lock under which two writers cannot take one number.
    session.execute(
        update(RecordType)
        .where(RecordType.id == record_type.id)
        .values(next_number=case((RecordType.next_number > wanted, RecordType.next_number), else_=wanted + 1))
        .execution_options(synchronize_session=False)
    )
    if session.scalar(select(Record.id).where(Record.record_type_id == record_type.id, Record.number == wanted)):
        raise conflict(f"{record_type.name} {wanted} exists already.", Subject.RECORD)
    if is_spent(session, record_type, wanted):
        raise conflict(f"{record_type.name} {wanted} was removed; its number is not used again.", Subject.RECORD)
    return wanted


def _checked_name(name: str) -> str:
    cleaned = normal(name).strip()
    if not cleaned or len(cleaned) > 100:
        raise invalid("name", "A record type needs a name of 1 to 100 characters.", Subject.RECORD_TYPE)
    if "/" in cleaned or any(ord(letter) < 32 or ord(letter) == 127 for letter in cleaned):
        raise invalid("name", "A record type's name holds no slash and no control character.", Subject.RECORD_TYPE)
    if fold(cleaned) in _RESERVED:
        raise invalid("name", f"“{cleaned}” is a word of an address.", Subject.RECORD_TYPE)
    return cleaned


def _refuse_taken(session: Session, name: str, plural: str) -> None:
    for field, text in (("name", name), ("plural", plural)):
        if look_for_type(session, text) is not None:
            raise conflict(f"A record type is already called “{text}”.", Subject.RECORD_TYPE, field)


def _checked_prefix(session: Session, prefix: str | None, name: str) -> str:
    taken = set(session.scalars(select(RecordType.prefix)))
    if prefix is None:
        return _free_prefix(name, taken)
    wanted = prefix.upper()
    if not _PREFIX.fullmatch(wanted):
        raise invalid("prefix", "A prefix is made of 1 to 10 letters from A to Z.", Subject.RECORD_TYPE)
    if wanted in taken:
        raise conflict(f"The prefix {wanted} is taken.", Subject.RECORD_TYPE, "prefix")
    return wanted


def _free_prefix(name: str, taken: set[str]) -> str:
    letters = re.sub(r"[^A-Z]", "", fold(name).upper()) or "X"
    candidates = [letters[:length] for length in range(1, min(len(letters), 10) + 1)]
    candidates += [f"X{letters[:6]}{chr(65 + index)}" for index in range(26)]
    for candidate in candidates:
        if candidate not in taken:
            return candidate
    raise conflict("No free prefix was found; please choose one.", Subject.RECORD_TYPE, "prefix")


def _checked_fields(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    fields = [_checked_field(field) for field in given]
    if len({field["name"] for field in fields}) != len(fields):
        raise invalid("fields", "Each field has a name of its own.", Subject.RECORD_TYPE)
    return fields


def _checked_field(field: Mapping[str, Any]) -> dict[str, Any]:
    name = normal(str(field.get("name") or "")).strip()
    if not name or len(name) > 100 or not is_json(dict(field)):
        raise invalid("fields", "Each field needs a name of 1 to 100 characters.", Subject.RECORD_TYPE)
    kind = field.get("type") or "text"
    if kind not in FIELD_TYPES and not field.get("form"):
        raise invalid("fields", f"A field's type is one of {', '.join(FIELD_TYPES)}.", Subject.RECORD_TYPE)
    return {**field, "name": name, "type": kind}


def _checked_areas(areas: Sequence[str]) -> list[str]:
    names = [normal(area).strip() for area in areas]
    if any(not name or len(name) > 100 for name in names) or len({fold(name) for name in names}) < len(names):
        raise invalid("areas", "Each area needs a name of its own, of 1 to 100 characters.", Subject.RECORD_TYPE)
    return names


def _builtin_steps(areas: Sequence[str]) -> list[StepAction]:
    shown = [{"name": area} for area in (areas or (DEFAULT_AREA,))]
    comment = [{"name": "Comment", "type": "text"}]
    return [
        StepAction(position=0, name="Create", creates=True, builtin=True, fields=[], areas=shown),
        StepAction(position=1, name="Update", creates=False, builtin=True, fields=[], areas=shown),
        StepAction(position=2, name="Add comment", creates=False, builtin=True, fields=comment, areas=shown),
    ]


def _checked_value(known: Mapping[str, Mapping[str, Any]], name: str, value: Any) -> Any:
    field = known.get(name)
    if field is None:
        raise invalid(name, f"There is no field called “{name}”.", Subject.RECORD)
    if value is not None and not _fits(field["type"], value):
        raise invalid(name, f"“{name}” takes a {field['type']}.", Subject.RECORD)
    return value


def _fits(kind: str, value: Any) -> bool:
    match kind:
        case "text":
            return isinstance(value, str)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "bool":
            return isinstance(value, bool)
        case "date":
            return isinstance(value, str) and _reads(date.fromisoformat, value)
        case "datetime":
            return isinstance(value, str) and _reads(datetime.fromisoformat, value)
        case _:
            return True


def _reads(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True
