"""Groups: found and listed. Who belongs to one is access's business; it knows no page and no API."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from core.database import Database
from core.errors import Subject, not_found
from models import Group


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
