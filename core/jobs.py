"""Jobs: made, found and changed. It knows no list of them, no worker and no API; their actions are core.actions'."""

from __future__ import annotations

import re
from datetime import datetime

from msgspec import UNSET
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import actions, audit, schedules, submissions
from core.access import Caller, Verb, require_creator
from core.births import checked_changes, common_columns
from core.commands import ById, CreateJob, CreateRecord, Reference, ReviseJob
from core.database import Database
from core.errors import Subject, invalid, not_found
from core.folding import fold
from core.job_lookup import job_in
from core.record_types import find_type
from core.revisions import touch
from models import Action, Job, JobTemplate, User

TEAM = "team:everyone"  # the owner of what no user owns (DECISIONS 5)
PLAIN_TEMPLATE = "Addenda job"  # the built-in template that no node works on (DECISIONS 4)


def find(database: Database, caller: Caller, reference: Reference, verb: Verb = Verb.READ) -> Job:
    """Return one job with its type, owner, template and node; refuses NOT_FOUND or DENIED."""
    with database.reading() as session:
        return job_in(session, caller, reference, verb)


def create(database: Database, caller: Caller, command: CreateJob, nonce: str | None = None) -> Job:
    """Make a job with its built-in action, or return the one that the same nonce made before.

    Refuses DENIED, INVALID and NOT_FOUND.
    """
    require_creator(caller)
    with database.writing() as session:
        made = submissions.look_for(session, caller, nonce)
        if made is not None:
            return job_in(session, caller, ById(int(made)), Verb.READ)
        job = create_in(session, caller, command)
        submissions.note(session, caller, nonce, str(job.id))
        audit.note(session, caller, "create", Subject.JOB, job.id, job.id, title=job.title)
        return job


def create_in(session: Session, caller: Caller, command: CreateJob) -> Job:
    """Make a job inside a transaction that is already open."""
    _check_schedule(command.schedule, command.schedule_kind, command.timezone, command.start_on, command.end_on)
    common = CreateRecord(
        type_name="Job",
        title=command.title,
        description=command.description,
        rows=command.rows,
        lines=command.lines,
        number=command.number,
        guid=command.guid,
        owner_id=command.owner_id,
        parent=None if command.parent_id is None else ById(command.parent_id),
        private=command.private,
    )
    columns = common_columns(session, caller, find_type(session, "Job"), common)
    owner: User | None = columns["owner"]
    scope = owner.name if owner else TEAM
    job = Job(
        **columns,
        driver=actions.checked_driver(command.driver, Subject.JOB),
        slug=_free_slug(session, scope, command.slug or columns["title"]),
        slug_scope=scope,
        template=_template(session, command.template_id),
        **{name: getattr(command, name) for name in _PLAIN_COLUMNS},
    )
    session.add(job)
    session.flush()
    actions.add_built_in(session, job)
    return job


def revise(database: Database, caller: Caller, job_id: int, command: ReviseJob) -> Job:
    """Change what is given of a job; the slug stays. Refuses NOT_FOUND, DENIED and INVALID."""
    with database.writing() as session:
        job = job_in(session, caller, ById(job_id), Verb.EDIT, locks=True)
        if command.private is not UNSET and command.private != job.private:
            job = job_in(session, caller, ById(job_id), Verb.MANAGE)
        given = checked_changes(command, Subject.JOB)
        for name, value in given.items():
            setattr(job, name, value)
        _check_schedule(job.schedule, job.schedule_kind, job.timezone, job.start_on, job.end_on)
        if "private" in given:
            _pass_privacy_on(session, job)
        touch(job)
        audit.note(session, caller, "revise", Subject.JOB, job.id, job.id, changed=sorted(given))
        return job


def rename_in(session: Session, job: Job, owner: User | None) -> None:
    """Move a job into the names of its new owner, inside a transaction that is open; a clash numbers the slug."""
    scope = owner.name if owner else TEAM
    if scope != job.slug_scope:
        job.slug, job.slug_scope = _free_slug(session, scope, job.slug), scope


_PLAIN_COLUMNS = (
    "schedule",
    "schedule_kind",
    "timezone",
    "enabled",
    "start_on",
    "end_on",
    "input_values",
    "parameter_values",
    "notifications",
)


def _check_schedule(
    schedule: str | None, kind: str | None, zone: str | None, start: datetime | None, end: datetime | None
) -> None:
    schedules.check(schedule, kind, zone)
    if start is not None and end is not None and end < start:
        raise invalid("end_on", "The end lies before the start.", Subject.JOB)


def _free_slug(session: Session, scope: str, title: str) -> str:
    base = re.sub(r"[\W_]+", "-", fold(title)).strip("-")[:200] or "job"
    taken = set(
        session.scalars(select(Job.slug).where(Job.slug_scope == scope, Job.slug.startswith(base, autoescape=True)))
    )
    number = 1
    while (slug := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return slug


def _template(session: Session, template_id: int | None) -> JobTemplate:
    if template_id is None:
        return session.scalars(select(JobTemplate).where(JobTemplate.name == PLAIN_TEMPLATE)).one()
    template = session.get(JobTemplate, template_id)
    if template is None or template.deleted_at is not None:
        raise not_found(Subject.TEMPLATE)
    return template


def _pass_privacy_on(session: Session, job: Job) -> None:
    for action in session.scalars(select(Action).where(Action.job_id == job.id)):
        action.private = job.private
