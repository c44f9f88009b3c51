"""Nodes: the machines that work on jobs, shared by the whole team. It knows no job but the one a node is busy with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import UNSET, UnsetType
from sqlalchemy import bindparam, delete, exists, select, update
from sqlalchemy.orm import Session

from core import audit, clock, streams
from core.access import Caller, may_create, require_creator
from core.database import Database
from core.errors import Code, Refusal, Subject, conflict, denied, invalid, not_found
from core.filters import Field, Kind
from core.folding import normal
from core.prepared import Prepared
from core.streams import ListQuery
from core.tokens import STAMP_EVERY
from models import Node, Record

LARGEST = 2**63 - 1
_TEXTS = {"ip": 64, "driver_version": 64, "hardware_generation": 64}  # characters
_NUMBERS = ("index", "gpu_mem", "cpu_mem")
_NULLABLE = ("driver_version", "hardware_generation", "gpu_mem")


@dataclass(frozen=True, slots=True)
class DescribeNode:
    """What is said of a node: for a new one everything that may not be null, for a known one what changes."""

    ip: str | UnsetType = UNSET
    index: int | UnsetType = UNSET
    cpu_mem: int | UnsetType = UNSET  # bytes
    driver_version: str | UnsetType | None = UNSET
    hardware_generation: str | UnsetType | None = UNSET
    gpu_mem: int | UnsetType | None = UNSET  # bytes


@dataclass(frozen=True, slots=True)
class NodeLine:
    """One node as lists and replies show it."""

    id: int
    ip: str
    index: int
    driver_version: str | None
    hardware_generation: str | None
    gpu_mem: int | None
    cpu_mem: int
    last_seen_at: datetime | None
    current_job: int | None  # the job's number


FIELDS: dict[str, Field] = {
    "id": Field(Node.id, Kind.NUMBER),
    "ip": Field(Node.ip, Kind.TEXT),
    "index": Field(Node.index, Kind.NUMBER),
    "driver_version": Field(Node.driver_version, Kind.TEXT),
    "hardware_generation": Field(Node.hardware_generation, Kind.TEXT),
    "gpu_mem": Field(Node.gpu_mem, Kind.NUMBER),
    "cpu_mem": Field(Node.cpu_mem, Kind.NUMBER),
    "last_seen_at": Field(Node.last_seen_at, Kind.TIME),
    "current_job": Field(select(Record.number).where(Record.id == Node.current_job_id).scalar_subquery(), Kind.NUMBER),
}
_LINE = select(*(FIELDS[name].expression for name in NodeLine.__annotations__)).select_from(Node)

_SEEN = Prepared(select(Node.__table__.c.last_seen_at).where(Node.__table__.c.id == bindparam("wanted")))


def find(database: Database, node_id: int) -> NodeLine:
    """Return one node; refuses NOT_FOUND."""
    with database.reading() as session:
        return _line(session, node_id)


def lines(database: Database, query: ListQuery) -> Iterator[Sequence[NodeLine]]:
    """Return the nodes, batch by batch; refuses INVALID before the first one."""
    rows = streams.lines(database, _LINE, Node.id, query, FIELDS)
    return ([NodeLine(*row) for row in batch] for batch in rows)


def add(database: Database, caller: Caller, command: DescribeNode) -> NodeLine:
    """Register a node; refuses DENIED, INVALID, and CONFLICT when its (ip, index) is taken."""
    require_creator(caller)
    columns = _columns(command)
    with database.writing() as session:
        _refuse_taken(session, columns["ip"], columns["index"], None)
        node = Node(**columns)
        session.add(node)
        session.flush()
        audit.note(session, caller, "add", Subject.NODE, node.id, ip=node.ip, index=node.index)
        return _line(session, node.id)


def describe(database: Database, caller: Caller, node_id: int, command: DescribeNode) -> NodeLine:
    """Change what is given of a node; refuses NOT_FOUND, DENIED, INVALID and CONFLICT."""
    require_creator(caller)
    columns = _columns(command)
    with database.writing() as session:
        node = session.get(Node, node_id, with_for_update=True)
        if node is None:
            raise not_found(Subject.NODE)
        for name, value in columns.items():
            setattr(node, name, value)
        with session.no_autoflush:
            _refuse_taken(session, node.ip, node.index, node.id)
        session.flush()
        audit.note(session, caller, "describe", Subject.NODE, node.id, changed=sorted(columns))
        return _line(session, node.id)


def remove(database: Database, caller: Caller, node_id: int) -> None:
    """Forget a node; its jobs lose it. Refuses NOT_FOUND, DENIED, and LOCKED while it works on a job."""
    require_creator(caller)
    with database.writing(frees=True) as session:
        if _line(session, node_id).current_job is not None:
            raise Refusal(Code.LOCKED, "The node is working on a job.", Subject.NODE)
        session.execute(delete(Node).where(Node.id == node_id))
        audit.note(session, caller, "remove", Subject.NODE, node_id)


def greet(database: Database, caller: Caller, node_id: int) -> int:
    """Note that a node was seen, at most once a minute, and return its id.

    Refuses DENIED to whoever may not act for a node (DECISIONS 10), and INVALID for a node that is not known.
    """
    if not may_create(caller):
        raise denied(Subject.NODE)
    seen = database.look(_SEEN, {"wanted": node_id})
    if not seen:
        raise Refusal(Code.INVALID, "There is no such node.", Subject.NODE)
    now = clock.now()
    (last,) = seen[0]
    if last is None or now - last >= STAMP_EVERY:
        database.jot(update(Node).where(Node.id == node_id).values(last_seen_at=now))
    return node_id


def _line(session: Session, node_id: int) -> NodeLine:
    row = session.execute(_LINE.where(Node.id == node_id)).one_or_none()
    if row is None:
        raise not_found(Subject.NODE)
    return NodeLine(*row)


def _columns(command: DescribeNode) -> dict[str, Any]:
    given: Mapping[str, Any] = {
        name: value for name in DescribeNode.__annotations__ if (value := getattr(command, name)) is not UNSET
    }
    return {name: _checked(name, value) for name, value in given.items()}


def _checked(name: str, value: Any) -> Any:
    if value is None:
        if name not in _NULLABLE:
            raise invalid(name, "This field may not be null.", Subject.NODE)
        return None
    if name in _NUMBERS:
        if not 0 <= value <= LARGEST:
            raise invalid(name, "Ensure this value is not negative and below 2^63.", Subject.NODE)
        return value
    text = normal(value)
    if not 1 <= len(text) <= _TEXTS[name] or not text.isprintable():
        raise invalid(name, f"Ensure this field has 1 to {_TEXTS[name]} printable characters.", Subject.NODE)
    return text


def _refuse_taken(session: Session, ip: str, index: int, own_id: int | None) -> None:
    others = exists().where(Node.ip == ip, Node.index == index, Node.id != (own_id or 0))
    if session.scalar(select(others)):
        raise conflict("The fields ip, index must make a unique set.", Subject.NODE)
