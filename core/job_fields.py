"""The fields of a job by which lists are narrowed and ordered, those of its neighbours among them. It knows no API's names.

Neighbours are reached by look-ups inside the row's own query, so that no job appears twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Subquery, case, exists, literal, select
from sqlalchemy.orm import aliased

from core.filters import Field, Kind
from models import Job, JobOutput, JobTemplate, Node, Record, User

JOB = Job.__table__  # joined to Record by its id wherever these fields are used

# Aliased, so that a query that has these tables of its own does not take the look-ups for a part of it.
_Parent = aliased(Record)
_Template = aliased(JobTemplate)
_Node = aliased(Node)
_Output = aliased(JobOutput)


def owner_field(column: Any, owner_id: Any, kind: Kind = Kind.TEXT) -> Field:
    """Return the field that lies on the user whose id is `owner_id`; null where there is no user."""
    return Field(select(column).where(User.id == owner_id).scalar_subquery(), kind)


def _of_template(column: Any, kind: Kind) -> Field:
    return Field(select(column).where(_Template.id == JOB.c.template_id).scalar_subquery(), kind)


def _of_node(column: Any, kind: Kind) -> Field:
    return Field(select(column).where(_Node.id == JOB.c.node_id).scalar_subquery(), kind)


def _reaching_outputs() -> Callable[[ColumnElement[bool]], ColumnElement[bool]]:
    # A job without outputs counts as having one whose columns are all null, as a left join would show it.
    one: Subquery = select(literal(1).label("one")).subquery()
    joined = one.outerjoin(_Output, _Output.job_id == Record.id)
    return lambda condition: exists(select(one.c.one).select_from(joined).where(condition).correlate(Record, JOB))


def _of_outputs(column: Any, kind: Kind) -> Field:
    return Field(column, kind, reach=_reaching_outputs())


FIELDS: dict[str, Field] = {
    "number": Field(Record.number, Kind.NUMBER),
    "title": Field(Record.title, Kind.TEXT),
    "description": Field(Record.description, Kind.TEXT),
    "owner_id": Field(Record.owner_id, Kind.NUMBER),
    "owner.name": owner_field(User.name, Record.owner_id),
    "parent": Field(
        select(_Parent.number).where(_Parent.id == Record.parent_id, _Parent.kind == "job").scalar_subquery(),
        Kind.NUMBER,
    ),
    "created_at": Field(Record.created_at, Kind.TIME),
    "deleted_at": Field(Record.deleted_at, Kind.TIME),
    "started_at": Field(JOB.c.started_at, Kind.TIME),
    "ended_at": Field(JOB.c.ended_at, Kind.TIME),
    "error_reason": Field(JOB.c.error_reason, Kind.TEXT),
    "cancelled": Field(JOB.c.cancelled, Kind.BOOL),
    "progress": Field(JOB.c.progress, Kind.NUMBER),
    "node_id": Field(JOB.c.node_id, Kind.NUMBER),
    "node.ip": _of_node(_Node.ip, Kind.TEXT),
    "node.index": _of_node(_Node.index, Kind.NUMBER),
    "node.driver_version": _of_node(_Node.driver_version, Kind.TEXT),
    "node.hardware_generation": _of_node(_Node.hardware_generation, Kind.TEXT),
    "node.gpu_mem": _of_node(_Node.gpu_mem, Kind.NUMBER),
    "node.cpu_mem": _of_node(_Node.cpu_mem, Kind.NUMBER),
    "node.last_seen_at": _of_node(_Node.last_seen_at, Kind.TIME),
    "template_id": Field(JOB.c.template_id, Kind.NUMBER),
    "template.name": _of_template(_Template.name, Kind.TEXT),
    "template.version": _of_template(_Template.version, Kind.NUMBER),
    "template.description": _of_template(_Template.description, Kind.TEXT),
    "template.scope": _of_template(_Template.scope, Kind.TEXT),
    # The id of a template that nodes work on; null for one that they do not.
    "template.workable_id": _of_template(case((_Template.workable, _Template.id)), Kind.NUMBER),
    "outputs.id": _of_outputs(_Output.id, Kind.NUMBER),
    "outputs.name": _of_outputs(_Output.name, Kind.TEXT),
    "outputs.type": _of_outputs(_Output.type, Kind.TEXT),
    "outputs.creator_id": _of_outputs(_Output.creator_id, Kind.NUMBER),
    "outputs.created_at": _of_outputs(_Output.created_at, Kind.TIME),
    "outputs.deleted_at": _of_outputs(_Output.deleted_at, Kind.TIME),
}
