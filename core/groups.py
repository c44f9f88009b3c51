"""Groups: found, listed, made, changed and removed, and who belongs to them. What that allows is access's business.

It knows no page and no API.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.orm import Session

from core import audit, clock
from core.access import Caller, require_admin
from core.database import Database
from core.errors import Subject, conflict, invalid, not_found
from core.folding import fold, normal
from models import Group, Membership, User

_NAME = re.compile(r"[^\s:/\\\x00-\x1f\x7f](?:[^:/\x00-\x1f\x7f]{0,148}[^\s:/\x00-\x1f\x7f])?")


def all_groups(database: Database) -> Sequence[Group]:
    """Return every group, by name."""
    with database.reading() as session:
        return session.scalars(select(Group).order_by(Group.name_key)).all()


def find_by_id(database: Database, group_id: int) -> Group:
    """Return the group of that id; refuses NOT_FOUND."""
    with database.reading() as session:
        group = session.get(Group, group_id)
    if group is None:
        raise not_found(Subject.GROUP)
    return group


def add(database: Database, caller: Caller, name: str, full_name: str = "") -> Group:
    """Make a group; administrators only. Refuses DENIED, INVALID, and CONFLICT where a user or group is called so."""
    require_admin(caller)
    cleaned = normal(name).strip()
    if not _NAME.fullmatch(cleaned) or not full_name.isprintable() or len(full_name) > 255:
        raise invalid("name", "A group's name has 1 to 150 characters, no colon and no slash.", Subject.GROUP)
    key = fold(cleaned)
    with database.writing() as session:
        taken = session.scalar(select(Group.id).where(Group.name_key == key))
        if taken or session.scalar(select(User.id).where(User.name_key == key)):
            raise conflict(f"Somebody or something is called “{cleaned}” already.", Subject.GROUP, "name")
        group = Group(name=cleaned, name_key=key, full_name=normal(full_name), created_at=clock.now())
        session.add(group)
        session.flush()
        audit.note(session, caller, "add", Subject.GROUP, group.id, name=group.name)
    return group


def rename(database: Database, caller: Caller, group: Group, full_name: str) -> None:
    """Change the full name of a group; refuses DENIED, INVALID and NOT_FOUND."""
    require_admin(caller)
    if not full_name.isprintable() or len(full_name) > 255:
        raise invalid("full_name", "A full name has at most 255 printable characters.", Subject.GROUP)
    with database.writing() as session:
        held = _held(session, group)
        held.full_name = normal(full_name)
        audit.note(session, caller, "revise", Subject.GROUP, held.id, name=held.name)


def remove(database: Database, caller: Caller, group: Group) -> None:
    """Remove a group with its memberships and what was shared with it; refuses DENIED and NOT_FOUND."""
    require_admin(caller)
    with database.writing(frees=True) as session:
        held = _held(session, group)
        audit.note(session, caller, "remove", Subject.GROUP, held.id, name=held.name)
        session.delete(held)


def join(session: Session, group: Group, member: User | Group) -> None:
    """Add a member to a group; one that is there stays. Refuses CONFLICT where a group would come to contain itself."""
    if isinstance(member, Group) and group.id in _inside(session, member.id):
        raise conflict(f"“{member.name}” contains “{group.name}”, so it cannot be in it.", Subject.GROUP, "members")
    if session.scalar(select(Membership.id).where(_is_member(group, member))) is None:
        column = "user_id" if isinstance(member, User) else "member_group_id"
        session.add(Membership(group_id=group.id, **{column: member.id}))
        session.flush()


def leave(session: Session, group: Group, member: User | Group) -> None:
    """Take a member out of a group; one that is not there is as good as out."""
    session.execute(delete(Membership).where(_is_member(group, member)))


def groups_of(session: Session, member: User | Group) -> Sequence[Group]:
    """Return the groups that a user or group directly belongs to, by name."""
    mine = Membership.user_id == member.id if isinstance(member, User) else Membership.member_group_id == member.id
    ids = select(Membership.group_id).where(mine)
    return session.scalars(select(Group).where(Group.id.in_(ids)).order_by(Group.name_key)).all()


def members_of(session: Session, group: Group) -> Sequence[User | Group]:
    """Return the direct members of a group that can be acted as: enabled users, then groups, each by name."""
    users = select(Membership.user_id).where(Membership.group_id == group.id)
    groups = select(Membership.member_group_id).where(Membership.group_id == group.id)
    found = session.scalars(select(User).where(User.id.in_(users), User.enabled).order_by(User.name_key)).all()
    return [*found, *session.scalars(select(Group).where(Group.id.in_(groups)).order_by(Group.name_key))]


def _held(session: Session, group: Group) -> Group:
    held = session.get(Group, group.id, with_for_update=True)
    if held is None:
        raise not_found(Subject.GROUP)
    return held


def _is_member(group: Group, member: User | Group) -> ColumnElement[bool]:
    mine = Membership.user_id == member.id if isinstance(member, User) else Membership.member_group_id == member.id
    return and_(Membership.group_id == group.id, mine)


def _inside(session: Session, group_id: int) -> set[int]:
    """Return the group and all that it contains, through other groups too; `union` ends circles."""
    below = select(Group.id).where(Group.id == group_id).cte("below", recursive=True)
    further = select(Membership.member_group_id).join(below, Membership.group_id == below.c.id)
    found = below.union(further.where(Membership.member_group_id.is_not(None)))
    return set(session.scalars(select(found.c.id)))
