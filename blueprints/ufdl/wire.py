"""What travels through the UFDL API: bodies read into commands, lines shown as its documents spell them (UFDL sheet §3, §4).

It knows no database and no verb.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

import msgspec
from flask import Request, Response, stream_with_context
from msgspec import Struct, UnsetType

from blueprints import http
from blueprints.ufdl.errors import by_field
from core.commands import RecordOutput
from core.errors import Code, Refusal, Subject, invalid

if TYPE_CHECKING:
    from core.outputs import OutputLine
    from models import JobOutput

JSON = "application/json"
DATA = "application/data"  # what every download is labelled as
LIMIT = 1024 * 1024  # bytes of a JSON body
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")

T = TypeVar("T")


class Output(Struct):
    """The seven fields of an output (§3)."""

    pk: int
    job: int
    name: str
    type: str
    creator: int | None
    creation_time: str
    deletion_time: str | None


class DownloadBody(Struct):
    """What a download may be told; other members are ignored (§3)."""

    filetype: str | UnsetType = msgspec.UNSET
    params: dict[str, str | list[str]] = {}


def read_object(request: Request) -> dict[str, object]:
    """Read a JSON object; nothing at all, or an empty array, counts as an empty one.

    Refuses UNSUPPORTED for a body of another type, INVALID, TOO_LARGE and INCOMPLETE.
    """
    body = b"".join(http.incoming(request, LIMIT))
    if not body:
        return {}
    _refuse_other_types(request)
    value = http.parse_json(body)
    if value == []:
        return {}
    if not isinstance(value, dict):
        raise Refusal(Code.INVALID, "The body must be a JSON object.", Subject.BODY)
    return value


def read_fields(request: Request, *names: str) -> list[str]:
    """Read text fields from JSON or a form (§2); refuses INVALID with a text for each that is missing or blank."""
    if request.mimetype in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        form = http.read_form(request, LIMIT, 0)
        given: dict[str, object] = {part.name: part.value for part in form if isinstance(part, http.Field)}
    else:
        given = read_object(request)
    faults = {name: fault for name in names if (fault := _fault(given.get(name)))}
    if faults:
        raise by_field(**faults)
    return [str(given[name]) for name in names]


def read_output(request: Request, limit: int, name: str, type_: str, holder: int | UnsetType | None) -> RecordOutput:
    """Read a new output: the raw body is the content, whatever its labels say; Content-Disposition is not asked for (§4)."""
    return RecordOutput(name, type_, http.incoming(request, limit), holder)


def read_download(request: Request) -> str | None:
    """Read which file type a download is to be named by; None: the output's own. Refuses INVALID."""
    filetype = http.decode(read_object(request), DownloadBody).filetype
    if isinstance(filetype, UnsetType):
        return None
    if _CONTROLS.search(filetype):
        raise invalid("filetype", "A file type holds no control characters.", Subject.BODY)
    return filetype


def show_output(line: OutputLine | JobOutput) -> Output:
    """Show an output."""
    return Output(
        line.id,
        line.job_number,
        line.name,
        line.type,
        line.creator_id,
        moment(line.created_at),
        moment_or_none(line.deleted_at),
    )


def download_of(output: JobOutput, name: str | None) -> http.Download:
    """Say how an output is sent: as `application/data`, under that name."""
    blob = output.blob
    return http.Download(blob.key, blob.size, blob.sha256, name, DATA, output.created_at)


def moment(at: datetime) -> str:
    """Show a moment in UTC, always with six digits of a second: the Java client reads no other form."""
    return at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def moment_or_none(at: datetime | None) -> str | None:
    """Show a moment, or null."""
    return None if at is None else moment(at)


def reply(payload: object, status: int = 200) -> Response:
    """Answer with JSON."""
    return Response(msgspec.json.encode(payload), status, content_type=JSON)


def reply_array(batches: Iterator[Sequence[T]], show: Callable[[T], object]) -> Response:
    """Answer with a JSON array, a batch at a time; what fits into one batch goes out whole."""
    first = next(batches, ())
    second = next(batches, None)
    if second is None:
        return reply([show(line) for line in first])
    pieces = _array(chain((first, second), batches), show)
    return Response(stream_with_context(pieces), content_type=JSON)


def _array(batches: Iterator[Sequence[T]], show: Callable[[T], object]) -> Iterator[bytes]:
    opening = b"["
    for batch in batches:
        if batch:
            yield opening + msgspec.json.encode([show(line) for line in batch])[1:-1]
            opening = b","
    yield b"]"


def _refuse_other_types(request: Request) -> None:
    if request.mimetype not in {"", JSON} and not request.mimetype.endswith("+json"):
        message = f"Unsupported media type “{request.mimetype}” in request."
        raise Refusal(Code.UNSUPPORTED, message, Subject.BODY)


def _fault(value: object) -> str | None:
    if value is None:
        return "This field is required."
    if not isinstance(value, str):
        return "Not a valid string."
    return None if value.strip() else "This field may not be blank."
