"""The form of a signed upload, read part by part: fields first, then the file as it comes. It checks no policy.

Honours Amazon S3, "POST Object" (form fields), with the limits and statuses recorded from live replies.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, final

from flask import Request
from multipart import MultipartError, MultipartSegment, PushMultipartParser
from werkzeug.http import parse_options_header

from blueprints.http import incoming
from blueprints.http.disposition import extended_file_name
from blueprints.saferme.s3_errors import s3_refusal
from blueprints.saferme.s3_signature import missing_field
from core.errors import Refusal
from core.limits import PIECE, Incoming

BEFORE_FILE: Final = 20_480  # bytes of fields and boundaries before the file's own
SMALL_PIECE: Final = 4096  # read at a time until the file begins: a form that is refused costs next to nothing
_ANY: Final = 2**62  # the length is judged after the signature, by the policy
_ONE_FILE = "POST requires exactly one file upload per request."
_NOT_A_FORM = "Bucket POST must be of the enclosure-type multipart/form-data"
_FILENAME = "${filename}"
_RAW = frozenset({"policy", "x-amz-signature"})  # signed as sent

_Event = Any  # the header of a part, a piece of its bytes, or None at its end; the parser has no types


@final
class PostForm:
    """The fields before the file, by small names in their order, expanded; then the bytes of the file."""

    def __init__(self, body: Incoming, boundary: str) -> None:
        self.fields: Final[dict[str, str]] = {}
        self.received = 0  # bytes of the file so far
        self._body = body
        self._events = _events(body, boundary, self)
        self._line = len(boundary.encode()) + 6  # a boundary line: CR LF, two dashes, CR LF
        self._before = 0
        self.file_began = False
        self._read_fields()

    @property
    def declared(self) -> int:
        """How many bytes the whole body is said to have."""
        return self._body.declared or 0

    def content(self) -> Iterator[bytes]:
        """Yield the bytes of the file, then read the form to its end; what follows the file is not looked at.

        Refuses a second file, a form that does not end, and a body that is cut.
        """
        while isinstance(piece := next(self._events, None), bytes):
            self.received += len(piece)
            yield piece
        for event in self._events:
            if isinstance(event, MultipartSegment) and str(event.name).lower() == "file":
                raise _one_file()

    def _read_fields(self) -> None:
        values: dict[str, list[str]] = {}
        filename: str | None = None
        for event in self._events:
            if not isinstance(event, MultipartSegment):
                continue
            self._count(self._line + _head_length(event))
            if str(event.name).lower() == "file":
                self.file_began = True
                filename = _filename(event)
                break
            values.setdefault(str(event.name).lower(), []).append(self._value(event))
        self.fields.update((name, _expanded(name, ",".join(given), filename)) for name, given in values.items())
        self._refuse_without_key_or_file()

    def _value(self, segment: MultipartSegment) -> str:
        value = bytearray()
        while isinstance(piece := next(self._events, None), bytes):
            self._count(len(piece))
            value += piece
        try:
            text = value.decode("utf-8")
        except UnicodeDecodeError:
            text = "\0"
        if "\0" in text:
            raise _no_text(str(segment.name))
        return text

    def _count(self, length: int) -> None:
        self._before += length
        if self._before > BEFORE_FILE:
            raise too_long_before_file()

    def _refuse_without_key_or_file(self) -> None:
        if "key" not in self.fields:
            raise missing_field("key")
        if not self.fields["key"]:
            message = "User key must have a length greater than 0."
            raise s3_refusal("InvalidArgument", message, ArgumentName="key", ArgumentValue="")
        if not self.file_began:
            raise _one_file()


def read_form(request: Request) -> PostForm:
    """Read a form up to its file (steps 1 to 4 of the order of checks); refuses what is no such form."""
    if "CONTENT_LENGTH" not in request.environ or not request.environ["CONTENT_LENGTH"]:
        raise s3_refusal("MissingContentLength", "You must provide the Content-Length HTTP header.")
    kind, options = parse_options_header(request.headers.get("Content-Type", ""))
    if kind != "multipart/form-data":
        message = "At least one of the pre-conditions you specified did not hold"
        raise s3_refusal("PreconditionFailed", message, Condition=_NOT_A_FORM)
    boundary = options.get("boundary", "")
    if not boundary:
        raise _malformed()
    return PostForm(incoming(request, _ANY), boundary)


def too_long_before_file() -> Refusal:
    """Build the refusal for more than 20 KiB before the file."""
    message = "Your POST request fields preceding the upload file was too large."
    return s3_refusal("MaxPostPreDataLengthExceeded", message, MaxPostPreDataLengthBytes=BEFORE_FILE)


def _events(body: Incoming, boundary: str, form: PostForm) -> Iterator[_Event]:
    try:
        parser = PushMultipartParser(boundary)
        while piece := body.read(PIECE if form.file_began else SMALL_PIECE):
            yield from parser.parse(piece)
            if not form.file_began and body.received > BEFORE_FILE + 2 * SMALL_PIECE:
                raise too_long_before_file()
        parser.close()
    except MultipartError:
        raise _malformed() from None


def _head_length(segment: MultipartSegment) -> int:
    return sum(len(name.encode()) + len(value.encode()) + 4 for name, value in segment.headerlist) + 2


def _filename(segment: MultipartSegment) -> str | None:
    extended = extended_file_name(str(segment.header("Content-Disposition", "")))
    given: str | None = extended or segment.filename
    if given is not None and "\0" in given:
        raise _no_text("file")
    return None if given is None else given.replace("\\", "/").rpartition("/")[2]


def _expanded(name: str, value: str, filename: str | None) -> str:
    # Without any filename S3 leaves the mark as it is.
    return value if filename is None or name in _RAW else value.replace(_FILENAME, filename)


def _no_text(name: str) -> Refusal:
    return s3_refusal("InvalidArgument", "A field must be text in UTF-8.", ArgumentName=name, ArgumentValue="")


def _one_file() -> Refusal:
    return s3_refusal("InvalidArgument", _ONE_FILE, ArgumentName="file", ArgumentValue="")


def _malformed() -> Refusal:
    return s3_refusal("MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.")
