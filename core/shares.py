"""Sharing a job with somebody by name: a user, a group, or the whole team. It knows no spelling of principals."""

from __future__ import annotations

from core import accounts, jobs, records
from core.access import Caller
from core.commands import Principal, PrincipalKind, ReviseJob
from core.database import Database
from core.errors import Subject, invalid
from models import Job, Level


def give(database: Database, caller: Caller, job: Job, principal: Principal, level: int) -> None:
    """Give somebody a level (0 to 3) of a job, or change it; 0 takes it away. Refuses NOT_FOUND, DENIED and INVALID.

    The team holds 2 (edit), which each role narrows, or nothing: that makes the job private (CONTRACT §5).
    """
    if principal.kind is not PrincipalKind.TEAM:
        holder = accounts.find_holder(database, principal.name, is_group=principal.kind is PrincipalKind.GROUP)
        records.share(database, caller, job, holder, Level(level))
        return
    if level not in (Level.NONE, Level.EDIT):
        raise invalid("level", "The whole team may hold level 2 or none.", Subject.SHARE)
    jobs.revise(database, caller, job.id, ReviseJob(private=level == Level.NONE))
