"""HAL: replies, links, collections of any length and the queries of lists (sheet §3). It knows no row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import Final
from urllib.parse import urlencode

import msgspec
from flask import Response, request, stream_with_context
from werkzeug.datastructures import MultiDict

from core.errors import Subject, invalid
from core.paging import EVERYTHING, Slice

Payload = Mapping[str, object]

CURIES: Final = [{"name": "inf", "href": "/api/rels/{rel}", "templated": True}]
SEARCHABLE: Final = "{?sort,limit,start,q}"
_AT_ONCE: Final = 500  # items up to which a list is sent with its length


@dataclass(frozen=True, slots=True)
class Asked:
    """What the query of a list asks for; `kept` are the parameters that its next and previous page repeat."""

    text: str = ""
    sort: tuple[tuple[str, bool], ...] = ()
    part: Slice = EVERYTHING
    kept: tuple[tuple[str, str], ...] = ()


PLAIN: Final = Asked()


def read_query(args: MultiDict[str, str], sortable: Mapping[str, str], default: str, limit: int | None) -> Asked:
    """Read `q`, `sort`, `limit` and `start`; refuses INVALID (query). `sortable` maps names to the domain's.

    There is no upper limit: clients read `total` and ask again with `limit=<total>` (sheet §3).
    """
    text, given = args.get("q", ""), args.getlist("sort")
    names = [name for entry in given or [default] for name in entry.split(",")]
    sort = tuple((_sortable(sortable, name.removeprefix("-")), name.startswith("-")) for name in names)
    part = Slice(_count(args, "start") or 0, _count(args, "limit", limit))
    kept = [("q", text)] if text else []
    return Asked(text, sort, part, (*kept, *(("sort", entry) for entry in given)))


def read_part(args: MultiDict[str, str]) -> Asked:
    """Read `limit` and `start` of a list that is neither searched nor sorted; refuses INVALID (query)."""
    return Asked(part=Slice(_count(args, "start") or 0, _count(args, "limit")))


def stamp(moment: datetime | None) -> str | None:
    """Return a moment as `YYYY-MM-DDTHH:MM:SS.mmmZ`."""
    if moment is None:
        return None
    return f"{moment.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def link(href: str) -> Payload:
    """Return a link."""
    return {"href": href}


def reply(payload: object, status: int = 200, location: str | None = None) -> Response:
    """Send one document."""
    response = Response(msgspec.json.encode(payload), status, content_type=_content_type())
    if location is not None:
        response.headers["Location"] = location
    return response


def nothing() -> Response:
    """Send 204, which has neither a body nor a type."""
    response = Response(status=204)
    response.headers.remove("Content-Type")
    return response


def bare_list(items: Iterable[object]) -> Response:
    """Send a plain JSON array of any length."""
    return _sent(chain([b"["], _joined(items), [b"]"]))


def collection(
    rel: str, path: str, total: int, items: Iterable[Payload], asked: Asked = PLAIN, *, is_top: bool = False
) -> Response:
    """Send a collection of any length; one at the top level is searchable, and says so in its own link."""
    return _sent(_collection(rel, _links(path, total, asked, is_top=is_top), asked.part.start, total, items))


def cut(items: Sequence[Payload], asked: Asked) -> Sequence[Payload]:
    """Return the part of a short list that was asked for."""
    end = None if asked.part.limit is None else asked.part.start + asked.part.limit
    return items[asked.part.start : end]


def _content_type() -> str:
    kind = "hal+json" if "application/hal+json" in request.headers.get("Accept", "") else "json"
    return f"application/{kind}; charset=utf-8"


def _links(path: str, total: int, asked: Asked, *, is_top: bool) -> Payload:
    links: dict[str, object] = {"self": link(path)}
    if is_top:
        links = {"self": {"href": path + SEARCHABLE, "templated": True}, "curies": CURIES}
    start, limit = asked.part.start, asked.part.limit
    if limit and start + limit < total:
        links["next"] = link(_turned(path, asked, start + limit))
    if limit and start > 0:
        links["prev"] = link(_turned(path, asked, max(0, start - limit)))
    return links


def _turned(path: str, asked: Asked, start: int) -> str:
    return f"{path}?{urlencode([('start', start), ('limit', asked.part.limit or 0), *asked.kept])}"


def _collection(rel: str, links: Payload, start: int, total: int, items: Iterable[Payload]) -> Iterator[bytes]:
    counted = _Counted(items)
    yield b'{"_links":%b,"_embedded":{%b:[' % (msgspec.json.encode(links), msgspec.json.encode(rel))
    yield from _joined(counted)
    yield b']},"start":%d,"count":%d,"total":%d}' % (start, counted.number, total)


class _Counted:
    """Counts the items that pass."""

    def __init__(self, items: Iterable[Payload]) -> None:
        self._items = items
        self.number = 0

    def __iter__(self) -> Iterator[Payload]:
        for item in self._items:
            self.number += 1
            yield item


def _joined(items: Iterable[object]) -> Iterator[bytes]:
    comma = b""
    for item in items:
        yield comma + msgspec.json.encode(item)
        comma = b","


def _sent(pieces: Iterator[bytes]) -> Response:
    first = list(islice(pieces, _AT_ONCE))
    if len(first) < _AT_ONCE:
        return Response(b"".join(first), content_type=_content_type())
    return Response(stream_with_context(chain([b"".join(first)], _gathered(pieces))), content_type=_content_type())


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    while some := list(islice(pieces, _AT_ONCE)):
        yield b"".join(some)


def _sortable(sortable: Mapping[str, str], name: str) -> str:
    if name not in sortable:
        raise invalid("sort", f"A list is sorted by one of {', '.join(sortable)}.", Subject.QUERY)
    return sortable[name]


def _count(args: MultiDict[str, str], name: str, default: int | None = None) -> int | None:
    given = args.get(name)
    if given is None:
        return default
    if not re.fullmatch("[0-9]{1,18}", given):
        raise invalid(name, f"“{name}” is a whole number from 0.", Subject.QUERY)
    return int(given)
