"""Jobs and their actions: made, found, listed, changed and put in the trash. It knows no worker and no API."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec import UNSET
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from core import audit, clock, keyset, schedules, search_entries, submissions
from core.access import Caller, Verb, require_creator, visible
from core.births import checked_description, checked_title, common_columns
from core.bounds import is_text
from core.commands import ByGuid, ById, CreateAction, CreateJob, CreateRecord, Reference, ReviseAction, ReviseJob
from core.database import Database
from core.errors import Code, Refusal, Subject, invalid, not_found
from core.folding import fold
from core.keyset import Mark, Order, Stretch
from core.lookup import WHOLE, find_in
from core.paging import FIRST_PAGE, Page, Slice, page
from core.record_types import allot_number, find_type, type_id
from core.search_entries import FEW, EntryQuery
from models import Action, Attachment, Job, JobOutput, JobTemplate, Record, RecordRow, User

TEAM = "team:everyone"  # the owner of what no user owns (DECISIONS 5)
FILES = "files"  # the driver of the built-in action that holds the job's own attachments (DECISIONS 1)
LONGEST_DRIVER = 50  # characters
PLAIN_TEMPLATE = "Addenda job"  # the built-in template that no node works on (DECISIONS 4)

_JOB: Any = Job.__table__
_WITH_TEMPLATE = (*WHOLE, joinedload(Job.template), joinedload(Job.node))


@dataclass(frozen=True, slots=True)
class JobQuery:
    """Which jobs are wanted, and in which order."""

    text: str = ""  # within the title or description, without case; of one or two letters, where the title begins
    drivers: Sequence[str] = ()
    owner_id: int | None = None
    sort: Sequence[tuple[str, bool]] = (("title", False),)  # (column, whether descending)
    part: Slice = FIRST_PAGE


@dataclass(frozen=True, slots=True)
class Contents:
    """How much a job has, at a glance."""

    files: int
    outputs: int


SORTABLE = {
    "title": Record.title_key,
    "driver": Job.driver,
    "enabled": Job.enabled,
    "created_at": Record.created_at,
    "updated_at": Record.updated_at,
    "owner": Job.slug_scope,
    "slug": Job.slug,
    "number": Record.number,
}


def find(database: Database, caller: Caller, reference: Reference, verb: Verb = Verb.READ) -> Job:
    """Return one job with its type, owner, template and node; refuses NOT_FOUND or DENIED."""
    with database.reading() as session:
        return _job(session, caller, reference, verb)


def page_jobs(database: Database, caller: Caller, query: JobQuery) -> Page[Job]:
    """Return the jobs that the caller may read, in the order asked for and then by id."""
    with database.reading() as session:
        return page(session, _ordered(_matching(caller, query), query), query.part)


def stretch_of_jobs(database: Database, caller: Caller, query: JobQuery, mark: Mark | None, limit: int) -> Stretch[Job]:
    """Return the jobs beyond a mark in the first order of the query; its `part` does not count here."""
    name, descending = query.sort[0]
    order = Order(SORTABLE[name], Record.id, descending)
    with database.reading() as session:
        statement = _narrowed(session, caller, query)
        return keyset.stretch(session, statement, order, lambda job: _sorted_value(job, name), mark, limit)


def contents_of(database: Database, caller: Caller, job_ids: Sequence[int]) -> Mapping[int, Contents]:
    """Return how many live files and outputs each of these jobs has, of those that the caller may read."""
    with database.reading() as session:
        actions = select(Record.id, Record.parent_id).where(
            Record.kind == "action", Record.parent_id.in_(job_ids), Record.deleted_at.is_(None), visible(caller)
        )
        held = actions.subquery()
        listed = (Attachment.deleted_at.is_(None), Attachment.listed.is_(True))
        files = select(held.c.parent_id, func.count()).join(Attachment, Attachment.record_id == held.c.id)
        outputs = select(JobOutput.job_id, func.count()).where(JobOutput.deleted_at.is_(None))
        readable = select(held.c.parent_id)
        counted = {row[0]: row[1] for row in session.execute(files.where(*listed).group_by(held.c.parent_id))}
        made_by = outputs.where(JobOutput.job_id.in_(readable)).group_by(JobOutput.job_id)
        made = {row[0]: row[1] for row in session.execute(made_by)}
    return {job_id: Contents(counted.get(job_id, 0), made.get(job_id, 0)) for job_id in job_ids}


def drivers_in_use(database: Database, caller: Caller) -> Sequence[str]:
    """Return the drivers of the jobs that the caller may read, in order."""
    with database.reading() as session:
        return [driver for driver in _drivers(session) if _is_used(session, caller, driver)]


def create(database: Database, caller: Caller, command: CreateJob, nonce: str | None = None) -> Job:
    """Make a job with its built-in action, or return the one that the same nonce made before.

    Refuses DENIED, INVALID and NOT_FOUND.
    """
    require_creator(caller)
    with database.writing() as session:
        made = submissions.look_for(session, caller, nonce)
        if made is not None:
            return _job(session, caller, ById(int(made)), Verb.READ)
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
        driver=_checked_driver(command.driver, Subject.JOB),
        slug=_free_slug(session, scope, command.slug or columns["title"]),
        slug_scope=scope,
        template=_template(session, command.template_id),
        **{name: getattr(command, name) for name in _PLAIN_COLUMNS},
    )
    session.add(job)
    session.flush()
    _add_files_action(session, job)
    return job


def revise(database: Database, caller: Caller, job_id: int, command: ReviseJob) -> Job:
    """Change what is given of a job; the slug stays. Refuses NOT_FOUND, DENIED and INVALID."""
    with database.writing() as session:
        job = _job(session, caller, ById(job_id), Verb.EDIT, locks=True)
        if command.private is not UNSET and command.private != job.private:
            job = _job(session, caller, ById(job_id), Verb.MANAGE)
        given = {name: value for name, value in asdict(command).items() if value is not UNSET}
        if "title" in given:
            given |= asdict(checked_title(given["title"], Subject.JOB))
        if "description" in given:
            given["description"] = checked_description(given["description"], Subject.JOB)
        for name, value in given.items():
            setattr(job, name, value)
        _check_schedule(job.schedule, job.schedule_kind, job.timezone, job.start_on, job.end_on)
        if "private" in given:
            _pass_privacy_on(session, job)
        touch(job)
        audit.note(session, caller, "revise", Subject.JOB, job.id, job.id, changed=sorted(given))
        return job


def find_action(
    database: Database, caller: Caller, job: Reference, guid: uuid.UUID | None, verb: Verb = Verb.READ
) -> Action:
    """Return one action of one job, with that job; refuses NOT_FOUND (job, then action) and DENIED.

    The caller must be able to see the job first, so a stranger learns nothing from a guessed action.
    """
    with database.reading() as session:
        found = _job(session, caller, job, verb)
        if guid is None:
            raise not_found(Subject.ACTION)
        options = (*WHOLE, joinedload(Action.job))
        action = find_in(session, caller, ByGuid(guid), verb, kind=Action, subject=Subject.ACTION, options=options)
        if action.job_id != found.id:
            raise not_found(Subject.ACTION)
        return action


def actions_of(database: Database, caller: Caller, job_ids: Sequence[int]) -> Sequence[Action]:
    """Return the actions of jobs that the caller may read, by job and index."""
    with database.reading() as session:
        statement = (
            select(Action)
            .where(Action.job_id.in_(job_ids), Record.deleted_at.is_(None), visible(caller))
            .options(*WHOLE)
            .order_by(Action.job_id, Action.index, Record.id)
        )
        return session.scalars(statement).unique().all()


def add_action(
    database: Database, caller: Caller, job_id: int, command: CreateAction, nonce: str | None = None
) -> Action:
    """Add an action to a job, after the built-in one, or return what the same nonce made before.

    Refuses NOT_FOUND, DENIED and INVALID.
    """
    with database.writing() as session:
        job = _job(session, caller, ById(job_id), Verb.EDIT, locks=True)
        made = submissions.look_for(session, caller, nonce)
        if made is not None:
            return find_in(session, caller, ById(int(made)), kind=Action, subject=Subject.ACTION)
        action = add_action_in(session, job, command)
        submissions.note(session, caller, nonce, str(action.id))
        audit.note(session, caller, "create", Subject.ACTION, action.id, job.id, title=action.title)
        return action


def add_action_in(session: Session, job: Job, command: CreateAction) -> Action:
    """Add an action inside a transaction that is already open."""
    live = _live_actions(session, job)
    last = len(live)
    index = last if command.index is None else min(max(command.index, 1), last)
    action = _action_row(session, job, command, index)
    _renumber([*live[:index], action, *live[index:]])
    touch(job)
    session.flush()
    return action


def revise_action(database: Database, caller: Caller, action_id: int, command: ReviseAction) -> Action:
    """Change what is given of an action; an index moves it. Refuses NOT_FOUND, DENIED, INVALID and LOCKED."""
    with database.writing() as session:
        action, job = _action_and_job(session, caller, action_id)
        given = {name: value for name, value in asdict(command).items() if value is not UNSET}
        index = given.pop("index", None)
        if action.builtin and index not in (None, 0):
            raise Refusal(Code.LOCKED, "The built-in action stays first.", Subject.ACTION)
        if "title" in given:
            given |= asdict(checked_title(given["title"], Subject.ACTION))
        if "description" in given:
            given["description"] = checked_description(given["description"], Subject.ACTION)
        for name, value in given.items():
            setattr(action, name, value)
        if index is not None and not action.builtin:
            _move(session, job, action, index)
        touch(job, action)
        audit.note(session, caller, "revise", Subject.ACTION, action.id, job.id, changed=sorted(given))
        return action


def remove_action(database: Database, caller: Caller, action_id: int) -> None:
    """Put an action and its attachments in the trash; the others close up. Refuses NOT_FOUND, DENIED and LOCKED."""
    with database.writing(frees=True) as session:
        action, job = _action_and_job(session, caller, action_id)
        if action.builtin:
            raise Refusal(Code.LOCKED, "The built-in action of a job cannot be removed.", Subject.ACTION)
        action.deleted_at, action.deleted_by_id = clock.now(), caller.user_id
        _renumber([other for other in _live_actions(session, job) if other.id != action.id])
        touch(job)
        audit.note(session, caller, "remove", Subject.ACTION, action.id, job.id, title=action.title)


def reinstate_action_in(session: Session, caller: Caller, action: Action) -> None:
    """Put an action of a live job back at the end, inside a transaction that is open; refuses NOT_FOUND (the job)."""
    job = _job(session, caller, ById(action.job_id), Verb.EDIT)
    if action.deleted_at is not None:
        live = _live_actions(session, job)
        action.deleted_at = action.deleted_by_id = None
        _renumber([*live, action])
        touch(job)


def rename_in(session: Session, job: Job, owner: User | None) -> None:
    """Move a job into the names of its new owner, inside a transaction that is open; a clash numbers the slug."""
    scope = owner.name if owner else TEAM
    if scope != job.slug_scope:
        job.slug, job.slug_scope = _free_slug(session, scope, job.slug), scope


def touch(*records: Record) -> None:
    """Say that something about these records has changed."""
    now = clock.now()
    for record in records:
        record.updated_at = now
        record.revision += 1


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


def _job(session: Session, caller: Caller, reference: Reference, verb: Verb, *, locks: bool = False) -> Job:
    return find_in(session, caller, reference, verb, kind=Job, subject=Subject.JOB, options=_WITH_TEMPLATE, locks=locks)


def _action_and_job(session: Session, caller: Caller, action_id: int) -> tuple[Action, Job]:
    action = find_in(session, caller, ById(action_id), Verb.EDIT, kind=Action, subject=Subject.ACTION, locks=True)
    return action, _job(session, caller, ById(action.job_id), Verb.EDIT)


def _matching(caller: Caller, query: JobQuery) -> Select[Any]:
    statement = select(Job).where(Record.deleted_at.is_(None), visible(caller)).options(*_WITH_TEMPLATE)
    if query.drivers:
        statement = statement.where(Job.driver.in_(query.drivers))
    if query.owner_id is not None:
        statement = statement.where(Record.owner_id == query.owner_id)
    if query.text:
        key = fold(query.text)
        described = func.addenda_fold(Record.description, type_=Record.description.type)
        statement = statement.where(
            or_(Record.title_key.contains(key, autoescape=True), described.contains(key, autoescape=True))
        )
    return statement


def _narrowed(session: Session, caller: Caller, query: JobQuery) -> Select[Any]:
    """Return the jobs of a query, by id where what narrows them names few: the rest is quicker found in order."""
    few = [search_entries.among(Record.id, ids) for ids in _few(session, query)]
    # The type is what the indexes of the orders begin with; without it, SQLite reads the few and sorts them.
    conditions = few or [Record.record_type_id == type_id("Job")]
    statement = select(Job).where(*conditions, Record.deleted_at.is_(None), visible(caller)).options(*_WITH_TEMPLATE)
    if query.drivers:
        statement = statement.where(Job.driver.in_(query.drivers))
    if query.owner_id is not None:
        # Not by the owner's index, which has no order.
        statement = statement.where(Record.owner_id + 0 == query.owner_id)
    return statement if not query.text.strip() else statement.where(search_entries.record_has(query.text))


def _few(session: Session, query: JobQuery) -> Iterator[Sequence[int]]:
    if query.text.strip() or query.owner_id is not None:
        entries = EntryQuery(query.text, ("record",), find_type(session, "Job").id, query.owner_id)
        found = search_entries.few_subjects(session, entries)
        if found is not None:
            yield found
    if query.drivers:
        of_driver = session.scalars(select(_JOB.c.id).where(_JOB.c.driver.in_(query.drivers)).limit(FEW + 1)).all()
        if len(of_driver) <= FEW:
            yield of_driver


def _drivers(session: Session) -> Iterator[str]:
    """Yield every driver in order, by jumps in the index: there are few among many jobs."""
    found = session.scalar(select(func.min(_JOB.c.driver)))
    while found is not None:
        yield found
        found = session.scalar(select(func.min(_JOB.c.driver)).where(_JOB.c.driver > found))


def _is_used(session: Session, caller: Caller, driver: str) -> bool:
    mine = select(Job.id).where(Job.driver == driver, Record.deleted_at.is_(None), visible(caller))
    return session.scalar(mine.limit(1)) is not None


def _ordered(statement: Select[Any], query: JobQuery) -> Select[Any]:
    keys: list[Any] = [SORTABLE[name].desc() if descending else SORTABLE[name].asc() for name, descending in query.sort]
    return statement.order_by(*keys, Record.id)


def _sorted_value(job: Job, name: str) -> keyset.Value:
    columns = {"title": "title_key", "owner": "slug_scope"}
    value: keyset.Value = getattr(job, columns.get(name, name))
    return value


def _check_schedule(
    schedule: str | None, kind: str | None, zone: str | None, start: datetime | None, end: datetime | None
) -> None:
    schedules.check(schedule, kind, zone)
    if start is not None and end is not None and end < start:
        raise invalid("end_on", "The end lies before the start.", Subject.JOB)


def _checked_driver(driver: str, subject: Subject) -> str:
    if not 1 <= len(driver) <= LONGEST_DRIVER or not is_text(driver):
        raise invalid("type", f"The name of a driver has 1 to {LONGEST_DRIVER} characters.", subject)
    return driver


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


def _add_files_action(session: Session, job: Job) -> None:
    action = _action_row(session, job, CreateAction(driver=FILES, title="Files"), index=0)
    action.builtin = True
    session.flush()


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
        driver=_checked_driver(command.driver, Subject.ACTION),
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


def _pass_privacy_on(session: Session, job: Job) -> None:
    for action in session.scalars(select(Action).where(Action.job_id == job.id)):
        action.private = job.private
