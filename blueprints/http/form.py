"""Forms in: the parts of a multipart body one after the other, never more than a piece in memory. It stores nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, final
from urllib.parse import parse_qsl

from flask import Request
from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser
from werkzeug.http import parse_options_header

from blueprints.http.body import incoming
from blueprints.http.disposition import extended_file_name
from core.errors import Code, Refusal, Subject, invalid
from core.limits import Incoming
from core.mediatypes import is_type

FIELD_LIMIT: Final = 64 * 1024  # bytes of one text field
TEXT_LIMIT: Final = 1024 * 1024  # bytes of all text fields together, and of a form without files
PARTS: Final = 1000
OVERHEAD: Final = TEXT_LIMIT + 256 * 1024  # what a form may weigh beside its files


@dataclass(frozen=True)
class _Head:
    """What the header of a part says; without a file name it is a text field."""

    name: str
    filename: str | None = None
    content_type: str | None = None


_Event = _Head | bytes | None  # the header of a part, its bytes, its end


@final
@dataclass(frozen=True)
class Field:
    """A text field of a form."""

    name: str
    value: str


@final
class FormFile:
    """A file of a form: its names and type as sent (unchecked), and its bytes, which can be read once and in order.

    `filename` is empty where a browser's file input was left empty; `content_type` is None where none, or no valid one,
    was sent. Iterating yields the pieces of this part; they refuse TOO_LARGE, INCOMPLETE and INVALID as they come.
    """

    def __init__(self, form: Form, head: _Head, limit: int) -> None:
        self.name: Final = head.name
        self.filename: Final = head.filename or ""
        self.content_type: Final = head.content_type
        self.received = 0
        self._form = form
        self._limit = limit

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes of this file."""
        for piece in self._form.payload(self):
            self.received += len(piece)
            if self.received > self._limit:
                raise _too_large(f"At most {self._limit} bytes are accepted.", Subject.CONTENT, self.name, self._limit)
            yield piece

    def to_end(self) -> Iterator[bytes]:
        """Yield the bytes of this file, then read the form to its end, so that a form cut after the file refuses too.

        Fields that come later are kept in `form.later`; a second file refuses INVALID.
        """
        yield from self
        self._form.finish()


Part = Field | FormFile


@final
class Form:
    """The parts of a form in the order in which they were sent; going on to the next part skips the rest of a file."""

    def __init__(self, events: Iterator[_Event], file_limit: int) -> None:
        self.later: Final[list[Field]] = []
        self._events = events
        self._file_limit = file_limit
        self._open: FormFile | None = None
        self._text = 0

    def __iter__(self) -> Iterator[Part]:
        return self

    def __next__(self) -> Part:
        """Return the next field or file; the end comes only when the whole body has been read and was well formed."""
        self._skip_open()
        head = next(self._events)
        if not isinstance(head, _Head):
            raise TypeError("a part begins with its header")
        if head.filename is None:
            return self._field(head.name)
        self._open = FormFile(self, head, self._file_limit)
        return self._open

    def expect(self, name: str) -> str:
        """Return the value of the next part, which must be this text field: a token is checked before any file is read."""
        part = next(self, None)
        if not isinstance(part, Field) or part.name != name:
            raise invalid(name, f"The form must begin with {name}.", Subject.BODY)
        return part.value

    def finish(self) -> None:
        """Read to the end, keeping text fields in `later`; refuses INVALID at another file that has a name or bytes."""
        for part in self:
            if isinstance(part, Field):
                self.later.append(part)
            elif part.filename or any(part):
                raise invalid(part.name, "Only one file is accepted.", Subject.BODY)

    def payload(self, file: FormFile) -> Iterator[bytes]:
        """Yield the pieces of the file that is being read; nothing for one that was passed."""
        while self._open is file:
            event = next(self._events)
            if isinstance(event, bytes):
                yield event
            else:
                self._open = None

    def _skip_open(self) -> None:
        if self._open is not None:
            for _ in self._open:
                pass

    def _field(self, name: str) -> Field:
        value = bytearray()
        while isinstance(piece := next(self._events), bytes):
            value += piece
            self._text += len(piece)
            if len(value) > FIELD_LIMIT or self._text > TEXT_LIMIT:
                raise _too_large("A text field is too long.", Subject.BODY, name, FIELD_LIMIT)
        return Field(name, _text(bytes(value), name))


def read_form(request: Request, limit: int, file_limit: int) -> Form:
    """Begin to read a multipart or urlencoded form; `limit` bytes in all, `file_limit` for each file.

    Nothing is read before the first part is asked for. Raises Refusal(UNSUPPORTED) for another Content-Type, INVALID
    for a bad boundary; the parts refuse INVALID (malformed), TOO_LARGE and INCOMPLETE (cut) as they are read.
    """
    kind, options = parse_options_header(request.headers.get("Content-Type", ""))
    if kind == "multipart/form-data":
        return Form(_multipart_events(incoming(request, limit), options.get("boundary", "")), file_limit)
    if kind == "application/x-www-form-urlencoded":
        return Form(_urlencoded_events(incoming(request, min(limit, TEXT_LIMIT))), file_limit)
    raise Refusal(Code.UNSUPPORTED, "Send a form (multipart/form-data).", Subject.BODY)


def _multipart_events(body: Incoming, boundary: str) -> Iterator[_Event]:
    try:
        parser = PushMultipartParser(boundary, max_segment_count=PARTS)
    except MultipartError:
        raise _malformed() from None
    return _parsed(parser, body)


def _parsed(parser: PushMultipartParser, body: Incoming) -> Iterator[_Event]:
    # The epilogue is read too: only the end of the body tells that it was not cut.
    for piece in body:
        try:
            for event in parser.parse(piece):
                yield _head(event) if isinstance(event, MultipartSegment) else event
        except ParserLimitReached:
            raise _too_large("The form has too many parts or too long headers.", Subject.BODY, None, PARTS) from None
        except MultipartError:
            raise _malformed() from None
    try:
        parser.close()
    except MultipartError:
        raise Refusal(Code.INCOMPLETE, "The form ends before its last boundary.", Subject.BODY) from None


def _urlencoded_events(body: Incoming) -> Iterator[_Event]:
    try:
        text = b"".join(body).decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=PARTS)
    except ValueError:
        raise _malformed() from None
    for name, value in pairs:
        yield _Head(name)
        yield value.encode()
        yield None


def _head(segment: MultipartSegment) -> _Head:
    given = str(segment.header("Content-Type", "")).strip()
    disposition = str(segment.header("Content-Disposition", ""))
    filename = extended_file_name(disposition) or segment.filename
    return _Head(str(segment.name), filename, given if is_type(given) else None)


def _text(value: bytes, name: str) -> str:
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        raise invalid(name, "The field is not UTF-8.", Subject.BODY) from None
    if "\0" in text:
        raise invalid(name, "The field holds a NUL character.", Subject.BODY)
    return text


def _malformed() -> Refusal:
    return Refusal(Code.INVALID, "The form is malformed.", Subject.BODY)


def _too_large(message: str, subject: Subject, name: str | None, limit: int) -> Refusal:
    return Refusal(Code.TOO_LARGE, message, subject, name, {"limit": limit})
