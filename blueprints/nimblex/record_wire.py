"""Records and their rows between JSON:API and the domain (sheet §3 and §4). It opens no database and calls no verb."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
from flask import Request
from msgspec import UNSET, Struct, UnsetType
from werkzeug.datastructures import MultiDict

from blueprints import http
from blueprints.nimblex import filters
from blueprints.nimblex.documents import Document
from blueprints.nimblex.negotiation import parameter_refused
from blueprints.nimblex.paths import ROOT, encoded
from blueprints.nimblex.wire import chosen, page_links, read_fields, read_page, read_reference, record_id, record_path
from core.commands import ByNumber, CreateRecord, ReviseRecord, RowQuery
from core.errors import Code, Refusal, Subject, conflict
from core.paging import Page

if TYPE_CHECKING:
    from models import Record

RECORD_PARAMETERS = frozenset({"fields[record]"})
ROWS_PARAMETERS = frozenset({"filter", "page[offset]", "page[limit]", "columns"})
LINE = "LineNumber"
MOST_LINES = 10_000
_CONTENT = "/data/attributes/content"
_TITLES = ("title", "name")  # the fields that a record may be called by
_LONGEST_TITLE = 500  # characters
_UNKEPT = frozenset({LINE, "HASH", "RecordID", "EFormType"})  # said with a row, never a field of it


class Content(Struct):
    """The attributes of a record: its rows."""

    content: list[dict[str, Any]]


class RecordResource(Struct):
    """A record as a client sends it."""

    type: str
    attributes: Content
    id: str | UnsetType = UNSET


class RecordDocument(Struct):
    """The body of a create, PATCH or PUT."""

    data: RecordResource


class Identifier(Struct):
    """Type and id of a resource."""

    type: str
    id: str


class ToOne(Struct):
    """The body of a PATCH of a to-one relationship: another resource, or none."""

    data: Identifier | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a body: its line number and its fields."""

    line: int
    values: Mapping[str, Any]


def read_creation(request: Request, limit: int, type_name: str) -> CreateRecord:
    """Read a record to make; refuses DENIED for an id of the client's own, INVALID and CONFLICT (§3)."""
    document = _document(request, limit)
    if document.data.id is not UNSET:
        raise Refusal(Code.DENIED, "The server numbers new records; leave the id out.", Subject.BODY, "/data/id")
    return _creation(type_name, None, _rows(document))


def read_put(request: Request, limit: int, reference: ByNumber) -> CreateRecord:
    """Read a record to make or to replace at a number (§3)."""
    document = _document(request, limit)
    _require_same(document, reference)
    return _creation(reference.type_name, reference.number, _rows(document))


def read_revision(request: Request, limit: int, record: Record) -> ReviseRecord:
    """Read rows to merge by LineNumber; absent lines and fields stay (§3)."""
    document = _document(request, limit)
    _require_same(document, ByNumber(record.record_type.name, record.number))
    rows = _rows(document)
    first = record.rows[0].line if record.rows else None
    title = _title([row for row in rows if row.line == first])
    return ReviseRecord(
        title=UNSET if title is None else title,
        rows=[(row.line, row.values) for row in rows],
        revision=read_match(request),
    )


def read_match(request: Request) -> int | None:
    """Read the revision that `If-Match` names; None for any, a number that no record has for one that is none of ours."""
    if "If-Match" not in request.headers or request.if_match.star_tag:
        return None
    tags = list(request.if_match.as_set())
    known = len(tags) == 1 and tags[0].isascii() and tags[0].isdigit() and len(tags[0]) <= 18
    return int(tags[0]) if known else -1


def read_parent(request: Request, limit: int) -> ReviseRecord:
    """Read the new parent, or none (§3)."""
    data = http.decode(http.read_json(request, limit), ToOne).data
    if data is None:
        return ReviseRecord(parent=None)
    _require_type(data.type)
    type_name, _, number = data.id.rpartition("/")
    return ReviseRecord(parent=read_reference(type_name, number))


def read_rows(given: MultiDict[str, str], type_name: str, user: str, today: date) -> RowQuery:
    """Read `filter`, `columns` and `page[…]` of a search; refuses INVALID with the parameter's name (§4)."""
    names = filters.Names(today.isoformat(), user)
    condition = filters.parse(given["filter"], names) if given.get("filter", "").strip() else None
    return RowQuery(type_name, _read_columns(given.get("columns")), condition, read_page(given))


def show_record(record: Record, parent: Record | None, given: MultiDict[str, str]) -> Document:
    """Show one record with its rows (§3)."""
    fields = read_fields(given, "record")
    relationships = chosen({"parent": {"links": _parent_links(record, parent)}}, fields)
    attributes = chosen({"content": [{LINE: row.line, **row.values} for row in record.rows]}, fields)
    links = {"self": _absolute(record), "attachments": http.absolute(record_path(record, "attachments"))}
    return {
        "data": {
            "type": "record",
            "id": record_id(record),
            "links": links,
            **({"relationships": relationships} if relationships else {}),
            **({"attributes": attributes} if attributes else {}),
        }
    }


def show_created(record: Record) -> Document:
    """Show a record that was just made; the published example calls its link both `self` and `link` (§3)."""
    address = _absolute(record)
    return {"data": {"id": record_id(record), "type": "record", "links": {"self": address, "link": address}}}


def show_location(record: Record) -> str:
    """Return the absolute address of a record."""
    return _absolute(record)


def show_parent(record: Record, parent: Record | None) -> Document:
    """Show the parent relationship: the identifier of what the record lies below, or null (§3)."""
    data = None if parent is None else {"type": "record", "id": record_id(parent)}
    return {"links": _parent_links(record, parent), "data": data}


def show_rows(page: Page[Mapping[str, Any]], query: RowQuery, given: MultiDict[str, str]) -> Document:
    """Show found rows as flat objects, which are no resources (§4)."""
    links = page_links(f"{ROOT}/recordrows/{encoded(query.type_name)}", given, page, query.part)
    return {
        "data": list(page.items),
        "links": {"prev": links["prev"], "next": links["next"]},
        "meta": {"total": page.total},
    }


def _document(request: Request, limit: int) -> RecordDocument:
    document = http.decode(http.read_json(request, limit), RecordDocument)
    _require_type(document.data.type)
    return document


def _require_type(name: str) -> None:
    if name != "record":
        raise conflict("The type of a record is “record”.", Subject.BODY, "/data/type")


def _require_same(document: RecordDocument, reference: ByNumber) -> None:
    given = document.data.id
    if given is not UNSET and given != f"{reference.type_name}/{reference.number}":
        raise conflict("The id is not that of the address.", Subject.BODY, "/data/id")


def _creation(type_name: str, number: int | None, rows: Sequence[Row]) -> CreateRecord:
    return CreateRecord(
        type_name=type_name,
        title=_title(rows[:1]),
        rows=[row.values for row in rows],
        lines=[row.line for row in rows] or None,
        number=number,
    )


def _title(rows: Sequence[Row]) -> str | None:
    """Return what the first row calls the record, if it does so in a field that is named like a title."""
    for name in _TITLES:
        for row in rows:
            found = next((value for key, value in row.values.items() if key.lower() == name), None)
            if isinstance(found, str) and found.strip():
                return found.strip()[:_LONGEST_TITLE]
    return None


def _rows(document: RecordDocument) -> list[Row]:
    content = document.data.attributes.content
    if len(content) > MOST_LINES:
        raise _misnumbered(_CONTENT, f"A record has at most {MOST_LINES} lines.")
    rows = [Row(_line(index, given), _values(given)) for index, given in enumerate(content)]
    seen: set[int] = set()
    for index, row in enumerate(rows):
        if row.line in seen:
            raise _misnumbered(f"{_CONTENT}/{index}/{LINE}", f"The line number {row.line} comes twice.")
        seen.add(row.line)
    return rows


def _line(index: int, given: Mapping[str, Any]) -> int:
    line = given.get(LINE)
    if not isinstance(line, int) or isinstance(line, bool) or not 0 <= line < 2**53:
        raise _misnumbered(f"{_CONTENT}/{index}/{LINE}", f"Each row needs a whole number as its {LINE}.")
    return line


def _values(given: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in given.items() if name not in _UNKEPT}


def _misnumbered(pointer: str, message: str) -> Refusal:
    return Refusal(Code.INVALID, message, Subject.RECORD, pointer)


def _read_columns(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ("RecordID",)
    try:
        return tuple(dict.fromkeys(msgspec.json.decode(text, type=list[str])))
    except (msgspec.DecodeError, RecursionError):
        raise parameter_refused(
            "columns", f"“columns” is a JSON array of names, such as {json.dumps(['Status'])}."
        ) from None


def _parent_links(record: Record, parent: Record | None) -> Mapping[str, str]:
    links = {"self": http.absolute(record_path(record, "relationships", "parent"))}
    return links if parent is None else {**links, "related": _absolute(parent)}


def _absolute(record: Record) -> str:
    return http.absolute(record_path(record))
