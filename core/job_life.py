"""The life of a job that nodes work on: acquired, started, finished, taken back (UFDL sheet §4).

Its phase follows from its columns. It knows no worker but the number of its node, and sends no notification.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import replace

from msgspec import UNSET, UnsetType
from sqlalchemy import update
from sqlalchemy.orm import Session, joinedload

from core import audit, clock, job_lists, records
from core.access import Caller, Verb, require_admin
from core.commands import Reference
from core.database import Database
from core.errors import Code, Refusal, Subject, denied, invalid
from core.folding import normal
from core.job_lists import WorkLine
from core.lookup import find_in
from core.revisions import touch
from models import Job, JobOutput, Node

CANCELLED = "Cancelled"  # the reason that a cancelled job shows


class Phase(enum.StrEnum):
    """How far a job is."""

    CREATED = "created"
    STARTED = "started"
    FINISHED = "finished"
    ERRORED = "errored"
    CANCELLED = "cancelled"


Step = Callable[[Session, Job], None]


def phase(job: Job) -> Phase:
    """Return how far a job is."""
    if job.cancelled:
        return Phase.CANCELLED
    if job.started_at is None:
        return Phase.CREATED
    if job.ended_at is None:
        return Phase.STARTED
    return Phase.FINISHED if job.error_reason is None else Phase.ERRORED


def describe(database: Database, caller: Caller, reference: Reference, description: str | UnsetType) -> WorkLine:
    """Change the description of a job, if one is given; refuses NOT_FOUND and DENIED."""

    def step(_session: Session, job: Job) -> None:
        job.description = job.description if description is UNSET else normal(description)

    return _taken(database, caller, reference, "describe", step)


def acquire(database: Database, caller: Caller, reference: Reference, node_id: int | None) -> WorkLine:
    """Give a job to a node; once more to the same one changes nothing.

    Refuses NOT_FOUND, DENIED (no node, or a template that nodes do not work on), LOCKED (over, or held by another).
    """

    def step(_session: Session, job: Job) -> None:
        if node_id is None or not job.template.workable:
            raise denied(Subject.JOB)
        if phase(job) in (Phase.FINISHED, Phase.CANCELLED):
            raise _locked("The job is over.")
        if job.node_id not in (None, node_id):
            raise _locked("The job has been acquired by another node.")
        job.node_id = node_id

    return _taken(database, caller, reference, "acquire", step)


def release(database: Database, caller: Caller, reference: Reference, node_id: int | None) -> WorkLine:
    """Let a node give a job back that it does not work on; refuses NOT_FOUND, DENIED and LOCKED."""

    def step(session: Session, job: Job) -> None:
        node = _acting_node(session, job, node_id)
        _require_phase(job, Phase.CREATED, Phase.ERRORED)
        if node.current_job_id == job.id:
            raise _locked("The node is working on the job.")
        job.node_id = None

    return _taken(database, caller, reference, "release", step)


def start(database: Database, caller: Caller, reference: Reference, node_id: int | None) -> WorkLine:
    """Let the node that holds a job begin it; refuses NOT_FOUND, DENIED, LOCKED (not new, or the node is busy)."""

    def step(session: Session, job: Job) -> None:
        node = _holding_node(session, job, node_id)
        if node.current_job_id is not None:
            raise _locked("The node is already working on a job.")
        _require_phase(job, Phase.CREATED)
        job.started_at, job.progress, node.current_job_id = clock.now(), 0.0, job.id

    return _taken(database, caller, reference, "start", step)


def progress(database: Database, caller: Caller, reference: Reference, node_id: int | None, done: float) -> WorkLine:
    """Note how far the node is, from 0 to 1; refuses NOT_FOUND, DENIED, LOCKED (not running) and INVALID."""

    def step(session: Session, job: Job) -> None:
        _holding_node(session, job, node_id)
        _require_phase(job, Phase.STARTED)
        if not 0.0 <= done <= 1.0:
            raise invalid("progress", "Progress is a number from 0 to 1.", Subject.JOB)
        job.progress = done

    return _taken(database, caller, reference, "progress", step)


def finish(
    database: Database, caller: Caller, reference: Reference, node_id: int | None, error: str | None
) -> WorkLine:
    """End a job and free its node; a job that was cancelled or taken away stays as it is.

    Refuses NOT_FOUND, DENIED, and LOCKED when it is not the job that the node works on.
    """

    def step(session: Session, job: Job) -> None:
        node = _acting_node(session, job, node_id)
        if node.current_job_id != job.id:
            raise _locked("The node is not working on the job.")
        node.current_job_id = None
        if job.node_id == node.id and phase(job) is Phase.STARTED:
            job.ended_at, job.error_reason = clock.now(), error
            job.progress = job.progress if error is not None else 1.0

    return _taken(database, caller, reference, "finish", step)


def reset(database: Database, caller: Caller, reference: Reference, node_id: int | None) -> WorkLine:
    """Make a failed job new again for the node that holds it; its outputs go to the trash, their names become free.

    Refuses NOT_FOUND, DENIED and LOCKED.
    """

    def step(session: Session, job: Job) -> None:
        _holding_node(session, job, node_id)
        _require_phase(job, Phase.ERRORED)
        _begin_again(session, caller, job)

    return _taken(database, caller, reference, "reset", step)


def abort(database: Database, caller: Caller, reference: Reference) -> WorkLine:
    """Take a job from its node and make it new again, its outputs as `reset` does; administrators only.

    Refuses DENIED, NOT_FOUND and LOCKED. The node learns of it when it finishes the job, and is free then.
    """
    require_admin(caller)

    def step(session: Session, job: Job) -> None:
        _require_phase(job, Phase.CREATED, Phase.STARTED, Phase.ERRORED)
        job.node_id = None
        _begin_again(session, caller, job)

    return _taken(database, caller, reference, "abort", step)


def cancel(database: Database, caller: Caller, reference: Reference) -> WorkLine:
    """Call a job off, one that never started too; one that is over stays as it is. Administrators only.

    Refuses DENIED and NOT_FOUND.
    """
    require_admin(caller)

    def step(_session: Session, job: Job) -> None:
        if phase(job) not in (Phase.FINISHED, Phase.CANCELLED):
            job.cancelled, job.error_reason, job.ended_at = True, CANCELLED, None

    return _taken(database, caller, reference, "cancel", step)


def forget(database: Database, caller: Caller, reference: Reference) -> None:
    """Put a job in the trash; one that is there already stays as it is. Refuses NOT_FOUND and DENIED."""
    found = job_lists.find(database, caller, reference)
    if found.deleted_at is None:
        records.forget(database, caller, found.id)


def reinstate(database: Database, caller: Caller, reference: Reference) -> WorkLine:
    """Take a job out of the trash; a live one stays as it is. Refuses NOT_FOUND and DENIED."""
    found = job_lists.find(database, caller, reference)
    if found.deleted_at is not None:
        records.reinstate(database, caller, found.id)
    return replace(found, deleted_at=None)


def purge(database: Database, caller: Caller, reference: Reference) -> WorkLine:
    """Remove a job for good with its outputs, and return its last state; administrators only.

    Refuses DENIED and NOT_FOUND.
    """
    found = job_lists.find(database, caller, reference)
    records.purge(database, caller, found.id)
    return replace(found, deleted_at=found.deleted_at or clock.now())


def _taken(database: Database, caller: Caller, reference: Reference, verb: str, step: Step) -> WorkLine:
    with database.writing() as session:
        job = find_in(
            session,
            caller,
            reference,
            Verb.EDIT,
            kind=Job,
            subject=Subject.JOB,
            options=(joinedload(Job.template),),
            locks=True,
        )
        step(session, job)
        touch(job)
        audit.note(session, caller, verb, Subject.JOB, job.id, job.id, phase=phase(job).value)
        session.flush()
        return job_lists.line_of(session, job.id)


def _holding_node(session: Session, job: Job, node_id: int | None) -> Node:
    if node_id is None or job.node_id != node_id:
        raise denied(Subject.JOB)
    return session.get_one(Node, node_id, with_for_update=True)


def _acting_node(session: Session, job: Job, node_id: int | None) -> Node:
    node = None if node_id is None else session.get(Node, node_id, with_for_update=True)
    if node is None or (job.node_id != node.id and node.current_job_id != job.id):
        raise denied(Subject.JOB)
    return node


def _require_phase(job: Job, *phases: Phase) -> None:
    if phase(job) not in phases:
        raise _locked(f"The job is {phase(job).value}.")


def _begin_again(session: Session, caller: Caller, job: Job) -> None:
    job.started_at = job.ended_at = job.error_reason = None
    job.progress = 0.0
    live = (JobOutput.job_id == job.id, JobOutput.deleted_at.is_(None))
    # Put in the trash before the next start, they are of an earlier run: a new output may take their place.
    session.execute(update(JobOutput).where(*live).values(deleted_at=clock.now(), deleted_by_id=caller.user_id))


def _locked(message: str) -> Refusal:
    return Refusal(Code.LOCKED, message, Subject.JOB)
