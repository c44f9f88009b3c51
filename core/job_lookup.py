"""Finding one job inside a transaction, and what is loaded with a job wherever one is found. It knows no list."""

from __future__ import annotations

from sqlalchemy.orm import Session, joinedload

from core.access import Caller, Verb
from core.commands import Reference
from core.errors import Subject
from core.lookup import WHOLE, find_in
from models import Job

WITH_TEMPLATE = (*WHOLE, joinedload(Job.template), joinedload(Job.node))


def job_in(
    session: Session, caller: Caller, reference: Reference, verb: Verb = Verb.READ, *, locks: bool = False
) -> Job:
    """Return one job with its type, owner, template and node inside an open transaction; refuses NOT_FOUND or DENIED."""
    return find_in(session, caller, reference, verb, kind=Job, subject=Subject.JOB, options=WITH_TEMPLATE, locks=locks)
