"""Refusals: the one way the core says no. It knows reasons, and no status code of any API."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping


class Code(enum.StrEnum):
    """Every reason for which the core refuses; each API has a table from these to its own statuses."""

    UNIDENTIFIED = "unidentified"  # no valid credential
    DENIED = "denied"  # a known caller may not do this to something they can see
    NOT_FOUND = "not_found"  # absent, or not visible to this caller: the two look the same
    GONE = "gone"  # it was there and has expired
    INVALID = "invalid"  # a value breaks a rule; `field` names it
    NOT_ALLOWED = "not_allowed"  # the address exists, but not with this verb
    UNSUPPORTED = "unsupported"  # a media type that is not accepted here
    TOO_LARGE = "too_large"
    INCOMPLETE = "incomplete"  # fewer bytes arrived than were promised
    NO_SPACE = "no_space"  # disk or quota full
    CONFLICT = "conflict"  # a name or state clashes
    LOCKED = "locked"  # no longer accepts changes
    NOT_STARTED = "not_started"  # a job that never started takes no outputs
    PRECONDITION = "precondition"  # If-Match and its like did not hold
    THROTTLED = "throttled"  # too many tries; `retry_after` says when
    UNAVAILABLE = "unavailable"  # the house is busy or read-only for now
    INTERNAL = "internal"  # anything foreign; details only in the log


class Subject(enum.StrEnum):
    """The noun a refusal is about, where an API words it differently by noun."""

    NONE = ""
    CREDENTIAL = "credential"
    USER = "user"
    GROUP = "group"
    ROLE = "role"  # a user or a group, where an API does not tell them apart
    DEPARTMENT = "department"
    TOKEN = "token"  # noqa: S105 - the name of a noun, not a secret
    RECORD_TYPE = "record_type"
    RECORD = "record"
    JOB = "job"
    ACTION = "action"
    NODE = "node"
    TEMPLATE = "template"
    ATTACHMENT = "attachment"
    CONTENT = "content"
    OUTPUT = "output"
    UPLOAD = "upload"
    SHARE = "share"
    STEP = "step"
    FIELD = "field"
    AREA = "area"
    FOLDER = "folder"
    BODY = "body"
    QUERY = "query"
    ROUTE = "route"


@dataclasses.dataclass(eq=False)  # not frozen: the interpreter writes the traceback onto it
class Refusal(Exception):  # noqa: N818 - the house calls it a refusal
    """A reason to say no: code, the noun it is about, the field at fault, facts for the reply, seconds to wait."""

    code: Code
    message: str
    subject: Subject = Subject.NONE
    field: str | None = None
    details: Mapping[str, object] = dataclasses.field(default_factory=dict)
    retry_after: int | None = None

    def __str__(self) -> str:
        return self.message


def not_found(subject: Subject, name: object = None) -> Refusal:
    """Build the refusal for what is absent or not visible; the two are one on purpose."""
    shown = f" {name}" if name is not None else ""
    return Refusal(Code.NOT_FOUND, f"{_noun(subject)}{shown} was not found.", subject)


def denied(subject: Subject = Subject.NONE) -> Refusal:
    """Build the refusal for a known caller who can see the thing but may not do this to it."""
    return Refusal(Code.DENIED, "You do not have permission to do this.", subject)


def invalid(field_name: str, message: str, subject: Subject = Subject.NONE, **details: object) -> Refusal:
    """Build the refusal for a value that breaks a rule; `field_name` is the domain's name of the field."""
    return Refusal(Code.INVALID, message, subject, field_name, details)


def conflict(message: str, subject: Subject = Subject.NONE, field_name: str | None = None) -> Refusal:
    """Build the refusal for a clash of names or states."""
    return Refusal(Code.CONFLICT, message, subject, field_name)


def _noun(subject: Subject) -> str:
    return subject.value.replace("_", " ").capitalize() or "It"
