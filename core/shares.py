"""Sharing a record with a user, a group, or the whole team. It knows no spelling of principals."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from core import accounts, audit, jobs
from core.access import Caller, Verb, require
from core.commands import ById, Principal, PrincipalKind, ReviseJob
from core.database import Database
from core.errors import Subject, invalid
from core.lookup import find_in
from models import Action, Group, Job, Level, Record, Share, User


def give(database: Database, caller: Caller, job: Job, principal: Principal, level: int) -> None:
    """Give somebody a level (0 to 3) of a job, or change it; 0 takes it away. Refuses NOT_FOUND, DENIED and INVALID.

    The team holds 2 (edit), which each role narrows, or nothing: that makes the job private (CONTRACT §5).
    """
    if principal.kind is not PrincipalKind.TEAM:
        holder = accounts.find_holder(database, principal.name, is_group=principal.kind is PrincipalKind.GROUP)
        set_level(database, caller, job, holder, Level(level))
        return
    if level not in (Level.NONE, Level.EDIT):
        raise invalid("level", "The whole team may hold level 2 or none.", Subject.SHARE)
    jobs.revise(database, caller, job.id, ReviseJob(private=level == Level.NONE))


def of_record(database: Database, caller: Caller, record: Record) -> Sequence[Share]:
    """Return who holds which level of a record, with their names; refuses NOT_FOUND."""
    with database.reading() as session:
        require(session, caller, Verb.READ, record)
        return session.scalars(
            select(Share)
            .where(Share.record_id == record.id)
            .options(joinedload(Share.user), joinedload(Share.group))
            .order_by(Share.id)
        ).all()


def set_level(database: Database, caller: Caller, record: Record, holder: User | Group, level: Level) -> None:
    """Give a user or a group a level of a record, or change it; NONE takes it away. Refuses NOT_FOUND and DENIED."""
    with database.writing() as session:
        held: Record = find_in(session, caller, ById(record.id), Verb.MANAGE, locks=True)
        if isinstance(held, Action):
            raise invalid("record", "An action is shared with its job.", Subject.SHARE)
        mine = Share.user_id == holder.id if isinstance(holder, User) else Share.group_id == holder.id
        session.execute(delete(Share).where(Share.record_id == held.id, mine))
        if level is not Level.NONE:
            column = "user_id" if isinstance(holder, User) else "group_id"
            session.add(Share(record_id=held.id, level=int(level), **{column: holder.id}))
        audit.note(
            session, caller, "share", Subject.SHARE, held.id, held.id, holder=holder.name, level=level.name.lower()
        )
