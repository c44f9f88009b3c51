"""The envelope round every reply, as JSON or XML, in pieces where it is long. It knows no record and no refusal.

Honours the seed's response bodies and the sheet §4, §6.5, §8 and §9.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, Final
from xml.sax.saxutils import escape

import msgspec
from flask import Request, Response, stream_with_context

from blueprints.alloy.base64s import encoded, encoded_length

JSON_TYPE: Final = "application/json"
XML_TYPES: Final = ("text/xml", "application/xml")
GATHERED: Final = 256 * 1024  # bytes; pieces are sent in about this size

_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML_HEAD: Final = (
    '<?xml version="1.0" encoding="utf-8"?>\n<Response xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
)


@dataclass(frozen=True, slots=True)
class Head:
    """One column of a tabular answer."""

    name: str
    data_type: str
    caption: str


@dataclass(frozen=True, slots=True)
class Tabular:
    """A list: its columns, and rows of texts in that order."""

    heads: Sequence[Head]
    rows: Iterable[Sequence[str]]
    is_long: bool = False  # sent as it is read, without a length


@dataclass(frozen=True, slots=True)
class Items:
    """One object: triples of name, caption and value."""

    items: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Contents:
    """A file, of `size` bytes, to be sent in base64 and then closed."""

    file: BinaryIO
    file_name: str
    description: str
    size: int


Facts = Mapping[str, str | bool]
ResponseObject = Tabular | Items | Contents | Facts | None


def respond(request: Request, answer: ResponseObject = None) -> Response:
    """Build the reply to a request that succeeded: HTTP 200, success true."""
    return _reply(request, 0, "", answer)


def refuse(request: Request, number: int, text: str, status: int) -> Response:
    """Build the reply to a request that was refused: success false, a number other than 0, and its text."""
    response = _reply(request, number, text, None)
    response.status_code = status
    return response


def media_type(request: Request) -> str:
    """Return the type of the reply: XML only where Accept prefers it to JSON; a tie, `*/*` or nonsense is JSON."""
    accepted = request.accept_mimetypes
    best = max(XML_TYPES, key=accepted.quality)
    return best if accepted.quality(best) > accepted.quality(JSON_TYPE) else JSON_TYPE


def _reply(request: Request, number: int, text: str, answer: ResponseObject) -> Response:
    kind = media_type(request)
    response = Response(content_type=f"{kind}; charset=utf-8")
    response.vary.add("Accept")
    _fill(response, _json if kind == JSON_TYPE else _xml, _Said(number, text, answer))
    return response


@dataclass(frozen=True, slots=True)
class _Said:
    number: int
    text: str
    answer: ResponseObject


def _fill(response: Response, write: Callable[[_Said], Iterator[bytes]], said: _Said) -> None:
    match said.answer:
        case Contents() as contents:
            empty = replace(said, answer=replace(contents, file=io.BytesIO()))
            response.response = write(said)
            response.content_length = sum(map(len, write(empty))) + encoded_length(contents.size)
            response.call_on_close(contents.file.close)
        case Tabular(is_long=True):
            response.response = stream_with_context(_gathered(write(said)))
        case _:
            response.set_data(b"".join(write(said)))


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        if len(waiting) >= GATHERED:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)


def _json(said: _Said) -> Iterator[bytes]:
    success = b"false" if said.number else b"true"
    yield b'{"success":%b,"errorCode":%d,"errorText":%b,"responseObject":' % (success, said.number, _said(said.text))
    yield from _json_object(said.answer)
    yield b"}"


def _json_object(answer: ResponseObject) -> Iterator[bytes]:
    match answer:
        case Tabular(heads, rows):
            yield b'{"Fields":%b,"Data":[' % _said([_named(head) for head in heads])
            for place, row in enumerate(rows):
                yield (b"," if place else b"") + _said(row)
            yield b"]}"
        case Contents(file, file_name, description, size):
            yield b'{"Data":"'
            yield from encoded(file)
            yield b'","FileName":%b,"Description":%b,"Size":%d}' % (_said(file_name), _said(description), size)
        case Items(items):
            yield _said({"Items": [dict(zip(("name", "caption", "value"), item, strict=True)) for item in items]})
        case _:
            yield _said(answer)


def _named(head: Head) -> dict[str, str]:
    return {"Name": head.name, "DataType": head.data_type, "Caption": head.caption}


def _said(value: object) -> bytes:
    return msgspec.json.encode(value)


def _xml(said: _Said) -> Iterator[bytes]:
    success = "false" if said.number else "true"
    yield f"{_XML_HEAD}<success>{success}</success><errorCode>{said.number}</errorCode>".encode()
    yield _element("errorText", said.text)
    if said.answer is None:
        yield b'<responseObject xsi:nil="true"/></Response>'
        return
    yield b"<responseObject>"
    yield from _xml_object(said.answer)
    yield b"</responseObject></Response>"


def _xml_object(answer: Tabular | Items | Contents | Facts) -> Iterator[bytes]:
    match answer:
        case Tabular(heads, rows):
            yield _wrapped("Fields", [_wrapped("Field", _elements(_named(head))) for head in heads])
            yield b"<Data>"
            for row in rows:
                yield _wrapped("Row", [_element("Value", value) for value in row])
            yield b"</Data>"
        case Contents(file, file_name, description, size):
            yield b"<Data>"
            yield from encoded(file)
            yield b"</Data>"
            yield from _elements({"FileName": file_name, "Description": description, "Size": str(size)})
        case Items(items):
            shown = [_elements(dict(zip(("name", "caption", "value"), item, strict=True))) for item in items]
            yield _wrapped("Items", [_wrapped("Item", item) for item in shown])
        case _:
            yield from _elements({name: _plain(value) for name, value in answer.items()})


def _plain(value: str | bool) -> str:
    return value if isinstance(value, str) else str(value).lower()


def _elements(values: Mapping[str, str]) -> list[bytes]:
    return [_element(name, value) for name, value in values.items()]


def _wrapped(name: str, parts: Iterable[bytes]) -> bytes:
    return b"<%b>%b</%b>" % (name.encode(), b"".join(parts), name.encode())


def _element(name: str, text: str) -> bytes:
    return f"<{name}>{escape(_FORBIDDEN.sub('', text))}</{name}>".encode() if text else f"<{name}/>".encode()
