"""Who may do what: the caller, the one decision `may()`, and look-ups seen through a caller.

It knows no credential and no request. What a caller may not see is refused exactly like what is not there.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import CTE, ColumnElement, Connection, and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from core.errors import Code, Refusal, Subject, denied, not_found
from models import Level, Membership, Record, Role, Share


class Verb(enum.Enum):
    """What can be done to a record; the value is the level that it takes."""

    READ = Level.READ
    EDIT = Level.EDIT
    MANAGE = Level.MANAGE


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody whose credential was checked, and the way they came in."""

    user_id: int | None  # None: the house itself, at the command line or in the background
    name: str
    role: Role
    scope: str = "write"  # read: may change nothing, whatever the role
    channel: str = "cli"  # pages, informer, alloy, nimblex, saferme, ufdl, tus, cli
    address: str | None = None
    token_id: int | None = None
    through: str | None = None  # the user whose credential it is, where that one acts for this one

    @property
    def is_admin(self) -> bool:
        """Whether every record is theirs to manage."""
        return self.role is Role.ADMIN


class Held(Protocol):
    """What the decision needs of a record: the row itself, or a line of these columns."""

    @property
    def id(self) -> int:
        """Return the row's number."""

    @property
    def kind(self) -> str:
        """Return which table holds the rest."""

    @property
    def owner_id(self) -> int | None:
        """Return whose it is."""

    @property
    def parent_id(self) -> int | None:
        """Return what it lies below; for an action its job."""

    @property
    def private(self) -> bool:
        """Return whether the team does not share it."""


HOUSE = Caller(user_id=None, name="addenda", role=Role.ADMIN)


def may(caller: Caller, verb: Verb, record: Held, shared: Level = Level.NONE) -> bool:
    """Decide whether `caller` may do `verb` to `record`, of which `shared` is what shares give them (CONTRACT §5)."""
    if verb is not Verb.READ and caller.scope == "read":
        return False
    return _held(caller, record, shared) >= verb.value


@dataclass(frozen=True, slots=True)
class Rights:
    """What a caller may do to one record that they can see; pages show no more than that."""

    edit: bool
    manage: bool


def rights(session: Session, caller: Caller, record: Record) -> Rights:
    """Return what the caller may do to a record; refuses NOT_FOUND when it is invisible to them."""
    require(session, caller, Verb.READ, record)
    shared = shared_level(session, caller, record)
    return Rights(may(caller, Verb.EDIT, record, shared), may(caller, Verb.MANAGE, record, shared))


def may_create(caller: Caller) -> bool:
    """Decide whether `caller` may make new records."""
    return caller.scope != "read" and caller.role in (Role.EDITOR, Role.ADMIN)


def require_creator(caller: Caller) -> None:
    """Refuse DENIED to whoever may not make new records."""
    if not may_create(caller):
        raise denied(Subject.RECORD)


def require_writer(caller: Caller) -> None:
    """Refuse DENIED to a credential that may only read."""
    if caller.scope == "read":
        raise denied(Subject.CREDENTIAL)


def require_admin(caller: Caller) -> None:
    """Refuse DENIED to whoever is no administrator, or acts with a read-only credential."""
    if not caller.is_admin or caller.scope == "read":
        raise denied()


def require(
    session: Session | Connection, caller: Caller, verb: Verb, record: Held, subject: Subject = Subject.RECORD
) -> None:
    """Refuse NOT_FOUND when the record is invisible to the caller, DENIED when it is visible and the verb is not theirs."""
    if may(caller, verb, record):
        return
    shared = shared_level(session, caller, record)
    if not may(caller, Verb.READ, record, shared):
        raise not_found(subject)
    if not may(caller, verb, record, shared):
        raise denied(subject)


def shared_level(session: Session | Connection, caller: Caller, record: Held) -> Level:
    """Return the highest level of the record (for an action: of its job) that shares give the caller."""
    if caller.user_id is None:
        return Level.NONE
    holders = [record.id, record.parent_id] if record.kind == "action" else [record.id]
    highest = session.scalar(select(func.max(Share.level)).where(Share.record_id.in_(holders), _holds(caller.user_id)))
    return Level(highest or 0)


def visible(caller: Caller) -> ColumnElement[bool]:
    """Return the SQL condition on Record that keeps what the caller may read."""
    if caller.is_admin:
        return true()
    if caller.user_id is None:
        return false()
    shared = select(Share.record_id).where(_holds(caller.user_id))
    return or_(
        Record.private.is_(False),
        Record.owner_id == caller.user_id,
        Record.id.in_(shared),
        and_(Record.kind == "action", Record.parent_id.in_(shared)),
    )


def identified(caller: Caller | None) -> Caller:
    """Return the caller; refuses UNIDENTIFIED when there is none."""
    if caller is None:
        raise Refusal(Code.UNIDENTIFIED, "Please sign in.", Subject.CREDENTIAL)
    return caller


def _held(caller: Caller, record: Held, shared: Level) -> Level:
    if caller.is_admin:
        return Level.MANAGE
    if caller.user_id is None:
        return Level.NONE  # as `visible` says
    if record.owner_id == caller.user_id:
        return Level.MANAGE
    if record.private:
        return shared
    return max(Level.READ if caller.role is Role.VIEWER else Level.EDIT, shared)


def _holds(user_id: int) -> ColumnElement[bool]:
    return or_(Share.user_id == user_id, Share.group_id.in_(select(groups_of(user_id).c.group_id)))


def groups_of(user_id: int) -> CTE:
    """Return the groups that a user belongs to, through other groups too; `union` ends circles."""
    direct = select(Membership.group_id).where(Membership.user_id == user_id).cte("groups_of", recursive=True)
    through = select(Membership.group_id).join(direct, Membership.member_group_id == direct.c.group_id)
    return direct.union(through)
