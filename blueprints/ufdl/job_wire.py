"""What travels of jobs, templates, nodes and users: bodies read, lines shown as the documents spell them (UFDL sheet §4).

It knows no database and no verb.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from flask import Request
from msgspec import Struct, UnsetType

from blueprints import http
from blueprints.ufdl.errors import by_field
from blueprints.ufdl.wire import moment, moment_or_none, read_object
from core.errors import Subject, not_found

if TYPE_CHECKING:
    from core.job_lists import WorkLine
    from core.nodes import NodeLine
    from core.templates import TemplateLine
    from models import User

_NUMBER = re.compile(r"[0-9]{1,3}(?:\.[0-9]{0,40})?(?:[eE][+-]?[0-9]{1,3})?")


class Template(Struct):
    """Which template a job was made from."""

    pk: int
    name: str
    version: int


class NamedOutput(Struct):
    """An output as its job shows it."""

    pk: int
    name: str
    type: str


class Job(Struct):
    """The fields of a job (§4)."""

    pk: int
    template: Template
    parent: int | None
    start_time: str | None
    end_time: str | None
    error_reason: str | None
    input_values: dict[str, Any]
    parameter_values: dict[str, Any]
    node: int | None
    outputs: list[NamedOutput]
    description: str
    is_cancelled: bool
    creator: int | None
    creation_time: str
    deletion_time: str | None


class StartBody(Struct):
    """What start is told; other members are ignored."""

    send_notification: str


class FinishBody(Struct):
    """What finish is told; other members are ignored."""

    success: bool
    send_notification: str
    error: str | None = None


class Value(Struct, forbid_unknown_fields=True):
    """An input or parameter."""

    value: Any
    type: str


class Notification(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Somebody to be told: `message` prints, `subject` and `body` send mail, neither goes to a web socket."""

    message: str | UnsetType = msgspec.UNSET
    subject: str | UnsetType = msgspec.UNSET
    body: str | UnsetType = msgspec.UNSET
    to: list[str] | UnsetType = msgspec.UNSET
    cc: list[str] | UnsetType = msgspec.UNSET
    bcc: list[str] | UnsetType = msgspec.UNSET
    suppress_for_parent: bool | UnsetType = msgspec.UNSET

    def __post_init__(self) -> None:
        mailed = [self.subject, self.body]
        addressed = [self.to, self.cc, self.bcc]
        if not isinstance(self.message, UnsetType) and any(_given(mailed + addressed)):
            raise ValueError("a printed notification has a message and nothing else")
        if any(_given(mailed + addressed)) and not all(_given(mailed)):
            raise ValueError("a mailed notification has a subject and a body")


class Actions(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Who is told of what."""

    on_acquire: list[Notification] = []
    on_release: list[Notification] = []
    on_start: list[Notification] = []
    on_progress: list[Notification] = []
    on_finish: list[Notification] = []
    on_error: list[Notification] = []
    on_reset: list[Notification] = []
    on_abort: list[Notification] = []
    on_cancel: list[Notification] = []


class Notifications(Struct, forbid_unknown_fields=True):
    """The notifications of a job, instead of the template's or beside them."""

    actions: Actions = msgspec.field(default_factory=Actions)
    keep_default: bool = False


class CreateJobBody(Struct, forbid_unknown_fields=True):
    """A job that is wanted (§4)."""

    input_values: dict[str, Value]
    parameter_values: dict[str, Value] = {}
    description: str = ""
    notification_override: Notifications | UnsetType = msgspec.UNSET
    child_notification_overrides: dict[str, Notifications] = {}


def read_start(request: Request) -> None:
    """Read the body of start, of which nothing is needed; refuses INVALID without its one member."""
    http.decode(read_object(request), StartBody)


def read_finish(request: Request) -> str | None:
    """Read why a job failed, or None; refuses INVALID."""
    return http.decode(read_object(request), FinishBody).error


def read_progress(request: Request, done: str) -> float:
    """Read how far a job is, any number from 0 to 1 as Python or JavaScript write it; refuses NOT_FOUND, INVALID (body)."""
    read_object(request)
    if not _NUMBER.fullmatch(done) or not 0.0 <= float(done) <= 1.0:
        raise not_found(Subject.ROUTE)
    return float(done)


def read_description(request: Request) -> str | UnsetType:
    """Read the one member of a job that may change; others are ignored. Refuses INVALID, by field."""
    given = read_object(request).get("description", msgspec.UNSET)
    if not isinstance(given, str | UnsetType):
        raise by_field(description="Not a valid string.")
    return given


def read_order(request: Request) -> CreateJobBody:
    """Read a job that is wanted; refuses INVALID for anything that the sheet does not name."""
    return http.decode(read_object(request), CreateJobBody)


def read_node(request: Request, *, whole: bool) -> dict[str, Any]:
    """Read what is said of a node, all that it needs if `whole`; refuses INVALID, by field."""
    given = read_object(request)
    faults = {name: fault for name, kind in _NODE.items() if (fault := _node_fault(given, name, kind, whole))}
    if faults:
        raise by_field(**faults)
    return {name: given[name] for name in _NODE if name in given}


def show_job(line: WorkLine) -> Job:
    """Show a job; `parameter_values` is never null, for the Java client."""
    return Job(
        line.number,
        Template(line.template_id, line.template_name, line.template_version),
        line.parent,
        moment_or_none(line.started_at),
        moment_or_none(line.ended_at),
        line.error_reason,
        line.input_values or {},
        line.parameter_values or {},
        line.node_id,
        [NamedOutput(output.id, output.name, output.type) for output in line.outputs],
        line.description,
        line.cancelled,
        line.owner_id,
        moment(line.created_at),
        moment_or_none(line.deleted_at),
    )


def show_template(line: TemplateLine) -> dict[str, Any]:
    """Show a template; one that nodes work on says what executes it."""
    shown = {
        "pk": line.id,
        "name": line.name,
        "version": line.version,
        "description": line.description,
        "scope": line.scope,
        "domain": line.facts.get("domain"),
        "licence": line.facts.get("licence"),
        "creator": line.creator_id,
        "creation_time": moment(line.created_at),
        "deletion_time": moment_or_none(line.deleted_at),
    }
    if line.workable:
        shown |= {name: line.facts.get(name, "") for name in ("type", "executor_class", "required_packages")}
        shown["parameters"] = {
            known["name"]: {key: value for key, value in known.items() if key != "name"} for known in line.parameters
        }
    return shown


def show_node(line: NodeLine) -> dict[str, Any]:
    """Show a node."""
    return {
        "pk": line.id,
        "ip": line.ip,
        "index": line.index,
        "driver_version": line.driver_version,
        "hardware_generation": line.hardware_generation,
        "gpu_mem": line.gpu_mem,
        "cpu_mem": line.cpu_mem,
        "last_seen": moment_or_none(line.last_seen_at),
        "current_job": line.current_job,
    }


def show_user(user: User) -> dict[str, Any]:
    """Show a user."""
    first, _, last = user.full_name.partition(" ")
    return {
        "pk": user.id,
        "username": user.name,
        "last_login": moment_or_none(user.last_login_at),
        "is_superuser": user.role == "admin",
        "first_name": first,
        "last_name": last,
        "email": user.email or "",
        "is_staff": user.role == "admin",
        "is_active": user.enabled,
        "date_joined": moment(user.created_at),
    }


def _node_fault(given: dict[str, object], name: str, kind: _NodeField, whole: bool) -> str | None:
    if name not in given:
        return "This field is required." if whole and not kind.nullable else None
    value = given[name]
    if value is None:
        return None if kind.nullable else "This field may not be null."
    if isinstance(value, bool) or not isinstance(value, kind.type):
        return "A valid integer is required." if kind.type is int else "Not a valid string."
    return None


def _given(members: list[Any]) -> list[bool]:
    return [not isinstance(member, UnsetType) for member in members]


class _NodeField(NamedTuple):
    type: type[int | str]
    nullable: bool


_NODE = {
    "ip": _NodeField(str, False),
    "index": _NodeField(int, False),
    "driver_version": _NodeField(str, True),
    "hardware_generation": _NodeField(str, True),
    "gpu_mem": _NodeField(int, True),
    "cpu_mem": _NodeField(int, False),
}
