"""Roles: users and groups under one name, what surrounds them, and which of them belong to which (DECISIONS 5).

A user who is disabled is no role any more. It knows no API; who may read what follows from memberships is access's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import UNSET, UnsetType
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import accounts, audit, groups
from core.access import Caller, require_admin
from core.bounds import is_text
from core.commands import AddRole, Change, ChangeMembers, ReviseRole, RoleKind, RoleName, Side
from core.database import Database
from core.errors import Subject, conflict, not_found
from core.folding import fold
from models import Department, Group, User
from models import Role as Standing

Role = User | Group


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a role belongs to beside groups."""

    department: Department | None = None
    supervisor: User | None = None


def kind_of(role: Role) -> RoleKind:
    """Return what a role is."""
    if isinstance(role, Group):
        return RoleKind.GROUP
    return RoleKind.GUEST if role.is_guest else RoleKind.USER


def all_roles(database: Database) -> Sequence[Role]:
    """Return every enabled user and then every group, each by name."""
    with database.reading() as session:
        users = session.scalars(select(User).where(User.enabled).order_by(User.name_key)).all()
        return [*users, *session.scalars(select(Group).order_by(Group.name_key))]


def find(database: Database, names: Sequence[str]) -> Role:
    """Return the first role that one of these names, in their order and without case, stands for; refuses NOT_FOUND."""
    with database.reading() as session:
        for name in names:
            found = _user(session, name) or _group(session, name)
            if found is not None:
                return found
    raise not_found(Subject.ROLE)


def surroundings_of(database: Database, role: Role) -> Surroundings:
    """Return the department and the supervisor of a role; a group has neither."""
    if isinstance(role, Group):
        return Surroundings()
    with database.reading() as session:
        department = None if role.department_id is None else session.get(Department, role.department_id)
        supervisor = None if role.supervisor_id is None else session.get(User, role.supervisor_id)
    return Surroundings(department, supervisor if supervisor is not None and supervisor.enabled else None)


def members(database: Database, role: Role, side: Side) -> Sequence[Role]:
    """Return the roles directly on one side of a role; a user has none below."""
    with database.reading() as session:
        return _members(session, role, side)


def add(database: Database, caller: Caller, command: AddRole) -> Role:
    """Make a group, or a user who may look at what the team shares and cannot sign in yet; administrators only.

    Refuses DENIED, INVALID, and CONFLICT where a user or group, enabled or not, is called so.
    """
    require_admin(caller)
    if command.kind is RoleKind.GROUP:
        return groups.add(database, caller, command.name, command.full_name)
    with database.reading() as session:
        if _group(session, command.name) is not None:
            raise conflict(f"There is a group called “{command.name}” already.", Subject.ROLE, "name")
    is_guest = command.kind is RoleKind.GUEST
    made = accounts.AddUser(
        command.name, Standing.VIEWER.value, email=command.email, full_name=command.full_name, is_guest=is_guest
    )
    user = accounts.add(database, caller, made)
    return (
        accounts.revise(database, caller, user.id, accounts.ReviseUser(facts=command.facts)) if command.facts else user
    )


def revise(database: Database, caller: Caller, role: Role, command: ReviseRole) -> None:
    """Change what is given of a role; administrators only. Refuses DENIED, INVALID, NOT_FOUND and CONFLICT."""
    require_admin(caller)
    if isinstance(role, Group):
        _revise_group(database, caller, role, command)
        return
    revised = accounts.ReviseUser(
        full_name=command.full_name,
        email=command.email,
        facts=command.facts,
        department_id=_department_id(database, command.department),
        supervisor_id=_supervisor_id(database, role, command.supervisor),
    )
    accounts.revise(database, caller, role.id, revised)


def remove(database: Database, caller: Caller, role: Role) -> None:
    """Remove a group, or disable a user, whose work and name stay.

    Refuses DENIED, and CONFLICT for the last administrator.
    """
    require_admin(caller)
    if isinstance(role, Group):
        groups.remove(database, caller, role)
    else:
        accounts.revise(database, caller, role.id, accounts.ReviseUser(enabled=False))


def change_members(database: Database, caller: Caller, role: Role, command: ChangeMembers) -> None:
    """Add, remove or replace the roles on one side of a role, all or none; administrators only.

    Adding who is there and removing who is not change nothing. Refuses DENIED, NOT_FOUND (any of the roles), and
    CONFLICT where a user would get members, or a group contain itself.
    """
    require_admin(caller)
    with database.writing() as session:
        wanted = [_named(session, name) for name in command.roles]
        present = list(_members(session, role, command.side)) if command.change is Change.REPLACE else []
        gone = wanted if command.change is Change.REMOVE else [other for other in present if not _holds(wanted, other)]
        for other in gone:
            groups.leave(session, *_pair(role, other, command.side))
        for other in [] if command.change is Change.REMOVE else wanted:
            groups.join(session, *_pair(role, other, command.side))
        names = [other.name for other in wanted]
        audit.note(
            session,
            caller,
            f"{command.change.value}_{command.side.value}",
            Subject.ROLE,
            role.id,
            name=role.name,
            roles=names,
        )


def _user(session: Session, name: str) -> User | None:
    if not is_text(name):
        return None
    return session.scalar(select(User).where(User.name_key == fold(name), User.enabled))


def _group(session: Session, name: str) -> Group | None:
    return session.scalar(select(Group).where(Group.name_key == fold(name))) if is_text(name) else None


def _named(session: Session, wanted: RoleName) -> Role:
    found: Role | None = None
    found = _group(session, wanted.name) if wanted.kind is RoleKind.GROUP else _user(session, wanted.name)
    if found is None or kind_of(found) is not wanted.kind:
        raise not_found(Subject.ROLE)
    return found


def _members(session: Session, role: Role, side: Side) -> Sequence[Role]:
    if side is Side.PARENTS:
        return groups.groups_of(session, role)
    return groups.members_of(session, role) if isinstance(role, Group) else []


def _holds(roles: Sequence[Role], other: Role) -> bool:
    return any(type(role) is type(other) and role.id == other.id for role in roles)


def _pair(role: Role, other: Role, side: Side) -> tuple[Group, Role]:
    """Return the group and the member that two roles make; refuses CONFLICT where the upper one is a user."""
    above, below = (role, other) if side is Side.CHILDREN else (other, role)
    if not isinstance(above, Group):
        raise conflict(f"“{above.name}” is not a group.", Subject.ROLE)
    return above, below


def _revise_group(database: Database, caller: Caller, group: Group, command: ReviseRole) -> None:
    others = (command.email, command.facts, command.department, command.supervisor)
    if any(given is not UNSET and given for given in others):
        raise conflict("A group has a name, and neither address, department nor supervisor.", Subject.ROLE)
    if command.full_name is not UNSET:
        groups.rename(database, caller, group, command.full_name)


def _department_id(database: Database, name: str | UnsetType | None) -> int | UnsetType | None:
    if name is UNSET or name is None:
        return name
    with database.reading() as session:
        found = session.scalar(select(Department.id).where(Department.name_key == fold(name)))
    if found is None:
        raise not_found(Subject.DEPARTMENT)
    return found


def _supervisor_id(database: Database, user: User, name: str | UnsetType | None) -> int | UnsetType | None:
    if name is UNSET or name is None:
        return name
    with database.reading() as session:
        found = _user(session, name)
    if found is None:
        raise not_found(Subject.ROLE)
    if found.id == user.id:
        raise conflict("Nobody is their own supervisor.", Subject.ROLE, "supervisor")
    return found.id
