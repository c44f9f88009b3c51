"""Bodies and ids in, as every part of this API reads them (sheet §3, §4). It knows no row."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeVar

from flask import Request
from msgspec import Meta

from blueprints import http
from core.commands import ByGuid, ByNaturalId, Reference
from core.errors import Code, Refusal, Subject, invalid, not_found
from core.mediatypes import essence

T = TypeVar("T")

Moment = Annotated[datetime, Meta(tz=True)]
Text = Annotated[str, Meta(max_length=20_000)]
Object = dict[str, Any]

_GUID: Final = re.compile("[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_JSON: Final = re.compile(r"application/(?:[a-z0-9.+-]+\+)?json")
_FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def read_body(request: Request, limit: int, kind: type[T]) -> T:
    """Read a JSON object, or the flat fields of a form, of at most `limit` bytes, as a struct.

    A body without a type is JSON. Refuses UNSUPPORTED for another type, INVALID naming the member, and as
    http.read_json and http.read_form do.
    """
    if essence(request.headers.get("Content-Type", "")) in _FORMS:
        return http.decode(_fields(http.read_form(request, limit, 0)), kind, strict=False)
    return read_json_body(request, limit, kind)


def read_json_body(request: Request, limit: int, kind: type[T]) -> T:
    """Read a JSON object as a struct; refuses a form too, as a browser could be made to send one."""
    given = essence(request.headers.get("Content-Type", ""))
    if given and not _JSON.fullmatch(given):
        raise Refusal(Code.UNSUPPORTED, "Send JSON (Content-Type: application/json).", Subject.BODY)
    return http.decode(http.read_json(request, limit), kind)


def is_json(content_type: str) -> bool:
    """Tell whether a Content-Type names JSON."""
    return _JSON.fullmatch(essence(content_type)) is not None


def is_multipart(content_type: str) -> bool:
    """Tell whether a Content-Type names a form with files."""
    return essence(content_type) == "multipart/form-data"


def read_guid(text: str) -> uuid.UUID | None:
    """Read an id; None for what can be no id of ours."""
    return uuid.UUID(text) if _GUID.fullmatch(text) else None


def find_guid(text: str, subject: Subject) -> uuid.UUID:
    """Read an id; refuses NOT_FOUND for what can be no id of ours."""
    guid = read_guid(text)
    if guid is None:
        raise not_found(subject)
    return guid


def read_job_id(text: str) -> Reference:
    """Read a UUID or a natural id `{ownerId}:{slug}`, split at the last colon (sheet §4); refuses NOT_FOUND."""
    guid = read_guid(text)
    if guid is not None:
        return ByGuid(guid)
    owner, colon, slug = text.rpartition(":")
    if not colon:
        raise not_found(Subject.JOB)
    return ByNaturalId(owner, slug)


def in_utc(moment: datetime, field: str) -> datetime:
    """Return a moment in UTC; refuses INVALID for one that lies outside the calendar there."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise invalid(field, "This moment lies outside the calendar.", Subject.BODY) from None


def _fields(form: http.Form) -> dict[str, str]:
    fields: dict[str, str] = {}
    for part in form:
        if not isinstance(part, http.Field):
            raise invalid(part.name, "No file is accepted here.", Subject.BODY)
        fields[part.name] = part.value
    return fields
