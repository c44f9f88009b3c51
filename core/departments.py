"""Departments: parts of the organisation, each below at most one other. It knows no API and no spelling of an address."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit
from core.access import Caller, require_admin
from core.bounds import is_text
from core.commands import AddDepartment, ReviseDepartment
from core.database import Database
from core.errors import Subject, conflict, invalid, not_found
from core.folding import fold, normal
from models import Department


def all_departments(database: Database) -> Sequence[Department]:
    """Return every department, by name."""
    with database.reading() as session:
        return session.scalars(select(Department).order_by(Department.name_key)).all()


def find(database: Database, names: Sequence[str]) -> Department:
    """Return the first department that one of these names, in their order and without case, stands for; or NOT_FOUND."""
    with database.reading() as session:
        for name in names:
            if (found := _named(session, name)) is not None:
                return found
    raise not_found(Subject.DEPARTMENT)


def look_for_parent(database: Database, department: Department) -> Department | None:
    """Return what a department lies below, or None."""
    return look_for(database, department.parent_id)


def look_for(database: Database, department_id: int | None) -> Department | None:
    """Return the department of that id, or None."""
    with database.reading() as session:
        return None if department_id is None else session.get(Department, department_id)


def add(database: Database, caller: Caller, command: AddDepartment) -> Department:
    """Make a department; administrators only. Refuses DENIED, INVALID, and CONFLICT for a name that is taken."""
    require_admin(caller)
    name = _checked_name(command.name)
    with database.writing() as session:
        if _named(session, name) is not None:
            raise conflict(f"There is a department called “{name}” already.", Subject.DEPARTMENT, "name")
        department = Department(name=name, name_key=fold(name), facts=dict(command.facts))
        session.add(department)
        session.flush()
        audit.note(session, caller, "add", Subject.DEPARTMENT, department.id, name=name)
    return department


def revise(database: Database, caller: Caller, department: Department, command: ReviseDepartment) -> None:
    """Change what is given of a department; refuses DENIED, NOT_FOUND (the parent too), and CONFLICT for a circle."""
    require_admin(caller)
    with database.writing() as session:
        held = _held(session, department)
        if command.facts is not UNSET:
            held.facts = {**held.facts, **command.facts}
        if command.parent is not UNSET:
            held.parent_id = None if command.parent is None else _fit_parent(session, held, command.parent)
        audit.note(session, caller, "revise", Subject.DEPARTMENT, held.id, name=held.name)


def remove(database: Database, caller: Caller, department: Department) -> None:
    """Remove a department; who belonged to it, or lay below it, belongs to none. Refuses DENIED and NOT_FOUND."""
    require_admin(caller)
    with database.writing(frees=True) as session:
        held = _held(session, department)
        audit.note(session, caller, "remove", Subject.DEPARTMENT, held.id, name=held.name)
        session.delete(held)


def _named(session: Session, name: str) -> Department | None:
    return session.scalar(select(Department).where(Department.name_key == fold(name))) if is_text(name) else None


def _held(session: Session, department: Department) -> Department:
    held = session.get(Department, department.id, with_for_update=True)
    if held is None:
        raise not_found(Subject.DEPARTMENT)
    return held


def _checked_name(name: str) -> str:
    cleaned = normal(name).strip()
    if not cleaned or len(cleaned) > 255 or "/" in cleaned or not cleaned.isprintable():
        raise invalid("name", "A department's name has 1 to 255 printable characters and no slash.", Subject.DEPARTMENT)
    return cleaned


def _fit_parent(session: Session, department: Department, name: str) -> int:
    parent = _named(session, name)
    if parent is None:
        raise not_found(Subject.DEPARTMENT)
    above: int | None = parent.id
    while above is not None:
        if above == department.id:
            raise conflict("A department cannot lie below itself.", Subject.DEPARTMENT, "parent")
        # Locked on the way up, lest two moves at once close a circle that neither of them sees.
        above = session.scalar(select(Department.parent_id).where(Department.id == above).with_for_update())
    return parent.id
