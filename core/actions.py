"""The actions of jobs: added, found, changed, moved and put in the trash. It knows no attachment and no API."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

from msgspec import UNSET
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from core import audit, clock, submissions
from core.access import Caller, Verb, visible
from core.births import checked_changes, checked_description, checked_title
from core.bounds import is_text
from core.commands import ByGuid, ById, CreateAction, Reference, ReviseAction
from core.database import Database
from core.errors import Code, Refusal, Subject, invalid, not_found
from core.job_lookup import job_in
from core.lookup import WHOLE, find_in
from core.record_types import allot_number, find_type
from core.revisions import touch
from models import Action, Job, Record, RecordRow

FILES = "files"  # the driver of the built-in action that holds the job's own attachments (DECISIONS 1)
LONGEST_DRIVER = 50  # characters


def find(database: Database, caller: Caller, job: Reference, guid: uuid.UUID | None, verb: Verb = Verb.READ) -> Action:
    """Return one action of one job, with that job; refuses NOT_FOUND (job, then action) and DENIED.

    The caller must be able to see the job first, so a stranger learns nothing from a guessed action.
    """
    with database.reading() as session:
        found = job_in(session, caller, job, verb)
        if guid is None:
            raise not_found(Subject.ACTION)
        options = (*WHOLE, joinedload(Action.job))
        action = find_in(session, caller, ByGuid(guid), verb, kind=Action, subject=Subject.ACTION, options=options)
        if action.job_id != found.id:
            raise not_found(Subject.ACTION)
        return action


def of_jobs(database: Database, caller: Caller, job_ids: Sequence[int]) -> Sequence[Action]:
    """Return the actions of jobs that the caller may read, by job and index."""
    with database.reading() as session:
        statement = (
            select(Action)
            .where(Action.job_id.in_(job_ids), Record.deleted_at.is_(None), visible(caller))
            .options(*WHOLE)
            .order_by(Action.job_id, Action.index, Record.id)
        )
        return session.scalars(statement).unique().all()


def add(database: Database, caller: Caller, job_id: int, command: CreateAction, nonce: str | None = None) -> Action:
    """Add an action to a job, after the built-in one, or return what the same nonce made before.

    Refuses NOT_FOUND, DENIED and INVALID.
    """
    with database.writing() as session:
        job = job_in(session, caller, ById(job_id), Verb.EDIT, locks=True)
        made = submissions.look_for(session, caller, nonce)
        if made is not None:
            return find_in(session, caller, ById(int(made)), kind=Action, subject=Subject.ACTION)
        action = add_in(session, job, command)
        submissions.note(session, caller, nonce, str(action.id))
        audit.note(session, caller, "create", Subject.ACTION, action.id, job.id, title=action.title)
        return action


def add_in(session: Session, job: Job, command: CreateAction) -> Action:
    """Add an action inside a transaction that is already open."""
    live = _live_actions(session, job)
    last = len(live)
    index = last if command.index is None else min(max(command.index, 1), last)
    action = _action_row(session, job, command, index)
    _renumber([*live[:index], action, *live[index:]])
    touch(job)
    session.flush()
    return action


def add_built_in(session: Session, job: Job) -> None:
    """Give a new job the action that holds its own attachments, inside a transaction that is open."""
    action = _action_row(session, job, CreateAction(driver=FILES, title="Files"), index=0)
    action.builtin = True
    session.flush()


def revise(database: Database, caller: Caller, action_id: int, command: ReviseAction) -> Action:
    """Change what is given of an action; an index moves it. Refuses NOT_FOUND, DENIED, INVALID and LOCKED."""
    with database.writing() as session:
        action, job = _action_and_job(session, caller, action_id)
        index = None if command.index is UNSET else command.index
        if action.builtin and index not in (None, 0):
            raise Refusal(Code.LOCKED, "The built-in action stays first.", Subject.ACTION)
        given = checked_changes(command, Subject.ACTION)
        given.pop("index", None)
        for name, value in given.items():
            setattr(action, name, value)
        if index is not None and not action.builtin:
            _move(session, job, action, index)
        touch(job, action)
        audit.note(session, caller, "revise", Subject.ACTION, action.id, job.id, changed=sorted(given))
        return action


def remove(database: Database, caller: Caller, action_id: int) -> None:
    """Put an action and its attachments in the trash; the others close up. Refuses NOT_FOUND, DENIED and LOCKED."""
    with database.writing(frees=True) as session:
        action, job = _action_and_job(session, caller, action_id)
        if action.builtin:
            raise Refusal(Code.LOCKED, "The built-in action of a job cannot be removed.", Subject.ACTION)
        action.deleted_at, action.deleted_by_id = clock.now(), caller.user_id
        _renumber([other for other in _live_actions(session, job) if other.id != action.id])
        touch(job)
        audit.note(session, caller, "remove", Subject.ACTION, action.id, job.id, title=action.title)


def reinstate_in(session: Session, caller: Caller, action: Action) -> None:
    """Put an action of a live job back at the end, inside a transaction that is open; refuses NOT_FOUND (the job)."""
    job = job_in(session, caller, ById(action.job_id), Verb.EDIT)
    if action.deleted_at is not None:
        live = _live_actions(session, job)
        action.deleted_at = action.deleted_by_id = None
        _renumber([*live, action])
        touch(job)


def checked_driver(driver: str, subject: Subject) -> str:
    """Return the name of a driver fit to be kept; refuses INVALID for one that is empty or overlong."""
    if not 1 <= len(driver) <= LONGEST_DRIVER or not is_text(driver):
        raise invalid("type", f"The name of a driver has 1 to {LONGEST_DRIVER} characters.", subject)
    return driver


def _action_and_job(session: Session, caller: Caller, action_id: int) -> tuple[Action, Job]:
    action = find_in(session, caller, ById(action_id), Verb.EDIT, kind=Action, subject=Subject.ACTION, locks=True)
    return action, job_in(session, caller, ById(action.job_id), Verb.EDIT)


def _action_row(session: Session, job: Job, command: CreateAction, index: int) -> Action:
    action_type = find_type(session, "Action")
    names = checked_title(command.title or command.driver, Subject.ACTION)
    # A microsecond after the job at the least, so that "newest" orders what one request makes.
    now = max(clock.now(), job.created_at + timedelta(microseconds=1))
    action = Action(
        record_type=action_type,
        number=allot_number(session, action_type),
        title=names.title,
        title_key=names.title_key,
        description=checked_description(command.description, Subject.ACTION),
        owner=job.owner,
        parent_id=job.id,
        private=job.private,
        facts={},
        rows=[RecordRow(line=1, values={})],
        created_at=now,
        updated_at=now,
        job_id=job.id,
        driver=checked_driver(command.driver, Subject.ACTION),
        index=index,
        enabled=command.enabled,
        condition=command.condition,
        data=dict(command.data),
    )
    session.add(action)
    session.flush()
    return action


def _live_actions(session: Session, job: Job) -> list[Action]:
    statement = select(Action).where(Action.job_id == job.id, Record.deleted_at.is_(None)).order_by(Action.index)
    return list(session.scalars(statement))


def _move(session: Session, job: Job, action: Action, index: int) -> None:
    others = [other for other in _live_actions(session, job) if other.id != action.id]
    place = min(max(index, 1), len(others))
    _renumber([*others[:place], action, *others[place:]])


def _renumber(actions: Sequence[Action]) -> None:
    for index, action in enumerate(actions):
        action.index = index
