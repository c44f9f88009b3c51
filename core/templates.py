"""Job templates: found, listed, and jobs made from them with the inputs that they take. It knows no executor."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import case, select

from core import audit, job_lists, jobs, streams
from core.access import Caller, require_creator
from core.births import checked_title
from core.commands import CreateJob
from core.database import Database
from core.errors import Refusal, Subject, invalid, not_found
from core.filters import Field, Kind
from core.job_fields import owner_field
from core.job_lists import WorkLine
from core.streams import ListQuery
from models import JobTemplate, User

OPEN = "open"  # the fact that marks a template which takes whatever inputs and parameters it is given
_TOKEN = re.compile(r"\s*(?:([A-Za-z_][\w.]*)|('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|-?\d+(?:\.\d+)?)|([<>,]))")


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """One template as lists and replies show it."""

    id: int
    name: str
    version: int
    description: str
    scope: str
    workable: bool
    inputs: Any
    parameters: Any
    facts: Any
    creator_id: int | None
    created_at: datetime
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Order:
    """A job that is wanted from a template: values by name, each with `value` and `type`."""

    input_values: Mapping[str, Mapping[str, Any]]
    parameter_values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    description: str = ""
    notifications: Mapping[str, Any] = field(default_factory=dict)
    child_notifications: Mapping[str, Any] = field(default_factory=dict)


FIELDS: dict[str, Field] = {
    "id": Field(JobTemplate.id, Kind.NUMBER),
    "name": Field(JobTemplate.name, Kind.TEXT),
    "version": Field(JobTemplate.version, Kind.NUMBER),
    "description": Field(JobTemplate.description, Kind.TEXT),
    "scope": Field(JobTemplate.scope, Kind.TEXT),
    "creator_id": Field(JobTemplate.creator_id, Kind.NUMBER),
    "creator.name": owner_field(User.name, JobTemplate.creator_id),
    "created_at": Field(JobTemplate.created_at, Kind.TIME),
    "deleted_at": Field(JobTemplate.deleted_at, Kind.TIME),
    "workable_id": Field(case((JobTemplate.workable, JobTemplate.id)), Kind.NUMBER),
}
_LINE: Any = select(*(getattr(JobTemplate, name) for name in TemplateLine.__annotations__))


def find(database: Database, template_id: int) -> TemplateLine:
    """Return one template; refuses NOT_FOUND."""
    with database.reading() as session:
        row = session.execute(_LINE.where(JobTemplate.id == template_id)).one_or_none()
    if row is None:
        raise not_found(Subject.TEMPLATE)
    return TemplateLine(*row)


def lines(database: Database, query: ListQuery) -> Iterator[Sequence[TemplateLine]]:
    """Return the templates, batch by batch; refuses INVALID before the first one."""
    statement = _LINE if query.deleted else _LINE.where(JobTemplate.deleted_at.is_(None))
    rows = streams.lines(database, statement, JobTemplate.id, query, FIELDS)
    return ([TemplateLine(*row) for row in batch] for batch in rows)


def create_job(database: Database, caller: Caller, template: TemplateLine, order: Order) -> WorkLine:
    """Make a job from a template, named by the template and its own number (DECISIONS 4).

    Refuses DENIED, NOT_FOUND, and INVALID: of the template for inputs and parameters that it does not take, of the body
    for a type that cannot be read.
    """
    require_creator(caller)
    if template.deleted_at is not None:
        raise not_found(Subject.TEMPLATE)
    command = CreateJob(
        title=template.name,
        slug=f"{template.name} {uuid.uuid4().hex[:12]}",
        template_id=template.id,
        description=order.description,
        input_values=_inputs(template, order.input_values),
        parameter_values=_parameters(template, order.parameter_values),
        notifications=_notifications(template, order),
    )
    with database.writing() as session:
        job = jobs.create_in(session, caller, command)
        names = checked_title(f"{template.name} {job.number}", Subject.JOB)
        job.title, job.title_key = names.title, names.title_key
        session.flush()
        audit.note(session, caller, "create", Subject.JOB, job.id, job.id, title=job.title)
        return job_lists.line_of(session, job.id)


def is_readable_type(text: str) -> bool:
    """Return whether a text is a type: a name, with types, texts or numbers in angle brackets (`Compressed<JSON, 8>`)."""
    return _end_of_type(text, 0) == len(text.rstrip()) and bool(text.strip())


def _inputs(template: TemplateLine, given: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    _refuse_unreadable(given)
    if template.facts.get(OPEN):
        return dict(given)
    taken = {known["name"]: known for known in template.inputs}
    for name, known in taken.items():
        if name not in given:
            raise _misfit(f"The input “{name}” is missing.")
        _refuse_other_type(known, name, given[name])
    return {name: given[name] for name in taken}


def _parameters(template: TemplateLine, given: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    _refuse_unreadable(given)
    if template.facts.get(OPEN):
        return dict(given)
    taken = {known["name"]: known for known in template.parameters}
    for name, value in given.items():
        if name not in taken or taken[name].get("const"):
            raise _misfit(f"There is no parameter “{name}” to be set.")
        _refuse_other_type(taken[name], name, value)
    for name, known in taken.items():
        if name not in given and "default" not in known:
            raise _misfit(f"The parameter “{name}” is missing.")
    return dict(given)


def _notifications(template: TemplateLine, order: Order) -> dict[str, Any]:
    if order.child_notifications and template.workable:
        raise _misfit("A job that nodes work on has no jobs below it to notify of.")
    both = {"own": order.notifications, "children": order.child_notifications}
    return {name: dict(part) for name, part in both.items() if part}


def _refuse_unreadable(given: Mapping[str, Mapping[str, Any]]) -> None:
    for name, value in given.items():
        if not is_readable_type(value["type"]):
            raise invalid(name, f"“{value['type']}” is no type.", Subject.BODY)


def _refuse_other_type(known: Mapping[str, Any], name: str, value: Mapping[str, Any]) -> None:
    types = [_squeezed(one) for one in known.get("types", ())]
    if types and _squeezed(value["type"]) not in types:
        raise _misfit(f"“{name}” takes {', '.join(known['types'])}.")


def _squeezed(text: str) -> str:
    # Blanks between the parts mean nothing, those within a quoted text do.
    return "".join(match[0].strip() for match in _TOKEN.finditer(text))


def _end_of_type(text: str, start: int) -> int:
    """Return where the type that begins at `start` ends; -1 when there is none."""
    depth, wants_value, may_open, at = 0, True, False, start
    while at < len(text.rstrip()):
        token = _TOKEN.match(text, at)
        if token is None:
            return -1
        name, literal, sign = token.groups()
        if wants_value:
            if sign or (literal and depth == 0):
                return -1
            wants_value, may_open = False, bool(name)
        elif sign == "<" and may_open:
            depth, wants_value = depth + 1, True
        elif sign == "," and depth:
            wants_value = True
        elif sign == ">" and depth:
            depth, may_open = depth - 1, False
        else:
            return -1
        at = token.end()
    return -1 if depth or wants_value else at


def _misfit(message: str) -> Refusal:
    return invalid("values", message, Subject.TEMPLATE)
