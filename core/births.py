"""How every record begins (type, number, names, owner, parent, rows), and how its words change. It knows no attachment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from msgspec import UNSET
from sqlalchemy.orm import Session

from core import clock
from core.access import Caller
from core.bounds import is_number, is_text
from core.commands import CreateRecord, ReviseAction, ReviseJob
from core.errors import Subject, invalid, not_found
from core.folding import fold, normal
from core.lookup import find_in
from core.record_types import allot_number, checked_values
from models import Record, RecordRow, RecordType, User

LONGEST_TITLE = 500  # characters


@dataclass(frozen=True, slots=True)
class Names:
    """The columns by which a record is shown and found."""

    title: str
    title_key: str


def checked_title(title: str, subject: Subject = Subject.RECORD) -> Names:
    """Return a title fit to be kept; refuses INVALID for a blank or overlong one."""
    cleaned = normal(title).strip()
    if not cleaned or len(cleaned) > LONGEST_TITLE or not is_text(cleaned):
        raise invalid("title", f"A title has 1 to {LONGEST_TITLE} characters, none of them NUL.", subject)
    return Names(cleaned, fold(cleaned))


def checked_description(description: str, subject: Subject = Subject.RECORD) -> str:
    """Return a description fit to be kept; refuses INVALID for one that holds a NUL."""
    if not is_text(description):
        raise invalid("description", "A description holds no NUL character.", subject)
    return normal(description)


def checked_changes(command: ReviseJob | ReviseAction, subject: Subject) -> dict[str, Any]:
    """Return the columns that a command changes, title and description fit to be kept; refuses INVALID."""
    given = {name: value for name, value in asdict(command).items() if value is not UNSET}
    if "title" in given:
        given |= asdict(checked_title(given["title"], subject))
    if "description" in given:
        given["description"] = checked_description(given["description"], subject)
    return given


def common_columns(session: Session, caller: Caller, record_type: RecordType, command: CreateRecord) -> dict[str, Any]:
    """Return the columns that every new record has, its number allotted; refuses INVALID, NOT_FOUND and CONFLICT."""
    if command.title is not None:
        checked_title(command.title)  # before a number is taken
    number = allot_number(session, record_type, command.number)
    names = checked_title(f"{record_type.name} {number}" if command.title is None else command.title)
    now = clock.now()
    columns: dict[str, Any] = {
        "record_type": record_type,
        "number": number,
        "title": names.title,
        "title_key": names.title_key,
        "description": checked_description(command.description),
        "owner": _owner(session, caller, command),
        "parent_id": _parent_id(session, caller, command),
        "private": command.private,
        "facts": dict(command.facts),
        "rows": new_rows(record_type, command.rows, command.lines),
        "created_at": now,
        "updated_at": now,
    }
    return columns if command.guid is None else columns | {"guid": command.guid}


def new_rows(
    record_type: RecordType, rows: Sequence[Mapping[str, Any]], lines: Sequence[int] | None = None
) -> list[RecordRow]:
    """Return the rows of a record, at least one; refuses INVALID for fields that the type does not have.

    So it does when the line numbers are not one for each row, or not all different.
    """
    contents = list(rows) or [{}]
    numbers = list(lines) if lines is not None else list(range(1, len(contents) + 1))
    if len(numbers) != len(contents) or len(set(numbers)) != len(numbers) or not all(map(is_number, numbers)):
        raise invalid("rows", "Each row has a line number of its own.", Subject.RECORD)
    return [
        RecordRow(line=line, values=checked_values(record_type, values))
        for line, values in zip(numbers, contents, strict=True)
    ]


def _owner(session: Session, caller: Caller, command: CreateRecord) -> User | None:
    owner_id = caller.user_id if command.owner_id is UNSET else command.owner_id
    if owner_id is None:
        return None
    owner = session.get(User, owner_id)
    if owner is None:
        raise not_found(Subject.USER)
    return owner


def _parent_id(session: Session, caller: Caller, command: CreateRecord) -> int | None:
    if command.parent is None:
        return None
    parent: Record = find_in(session, caller, command.parent)
    return parent.id
