"""Between JSON:API and the domain: `read_…` parses requests to commands, `show_…` builds documents from rows.

It opens no database and calls no verb. Sections are those of the fact sheet in this package's README.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Request
from werkzeug.datastructures import MultiDict

from blueprints import http
from blueprints.nimblex.documents import MEDIA_TYPE, Document
from blueprints.nimblex.negotiation import parameter_refused
from blueprints.nimblex.paths import ROOT, Place, encoded
from core.commands import Attach, ByNumber, PathQuery
from core.errors import Subject, invalid, not_found
from core.mediatypes import UNKNOWN, essence
from core.paging import EVERYTHING, Page, Slice

if TYPE_CHECKING:
    from models import Attachment, Record

LIST_PARAMETERS = frozenset({"fields[attachment]", "page[offset]", "page[limit]", "sort"})
SORT_KEYS = {"id": "path", "mimetype": "media_type", "size": "size"}
MOST_A_PAGE = 1000
USUAL_PAGE = 100
_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,18}", re.ASCII)

# What clients send when they do not know the type; the name's suffix knows better (sheet §2.3).
_UNTOLD = frozenset({"", UNKNOWN, "application/x-www-form-urlencoded", MEDIA_TYPE})


def read_reference(type_name: str, number: str) -> ByNumber:
    """Read `<eformtype>/<recordid>`; refuses NOT_FOUND for anything but digits without a leading zero (§2.5)."""
    if not _NUMBER.fullmatch(number):
        raise not_found(Subject.RECORD)
    return ByNumber(type_name, int(number))


def read_place(place: Place) -> tuple[str, str]:
    """Read the folder and file name of an upload; refuses INVALID for segments that no file may be called (§2.5)."""
    for segment in place.below:
        if segment in ("", ".", "..") or "/" in segment or "\\" in segment:
            raise invalid("file_name", "Folders and files have names, without slashes, backslashes and dots alone.")
    return place.folder, place.file_name


def read_upload(request: Request, place: Place, limit: int) -> Attach:
    """Read an upload: its name from the address, its bytes from the raw body of at most `limit` bytes (§2.3)."""
    folder, file_name = read_place(place)
    given = request.headers.get("Content-Type", "").strip()
    return Attach(
        file_name=file_name,
        folder=folder,
        content=http.incoming(request, limit),
        media_type=None if essence(given) in _UNTOLD else given,
        replaces_name=True,
    )


def read_path_query(given: MultiDict[str, str]) -> PathQuery:
    """Read which part of the list of attachments is wanted, and in which order (§2.1)."""
    return PathQuery(read_sort(given, SORT_KEYS), read_part(given))


def read_sort(given: MultiDict[str, str], keys: Mapping[str, str]) -> list[tuple[str, bool]]:
    """Read `sort=size,-mimetype`; refuses INVALID for a key that is not among `keys` (§2.1)."""
    asked = [part for part in given.get("sort", "").split(",") if part]
    for part in asked:
        if part.removeprefix("-") not in keys:
            raise parameter_refused("sort", f"Nothing is sorted by “{part.removeprefix('-')}” here.")
    return [(keys[part.removeprefix("-")], part.startswith("-")) for part in asked]


def read_part(given: MultiDict[str, str]) -> Slice:
    """Read `page[offset]` and `page[limit]` of a list that is whole unless asked otherwise (§2.1)."""
    if "page[offset]" not in given and "page[limit]" not in given:
        return EVERYTHING
    return read_page(given)


def read_page(given: MultiDict[str, str]) -> Slice:
    """Read `page[offset]` (0) and `page[limit]` (100, at most 1000); refuses INVALID for what is no such number (§4)."""
    return Slice(_count(given, "page[offset]", 0), min(_count(given, "page[limit]", USUAL_PAGE), MOST_A_PAGE))


def read_fields(given: MultiDict[str, str], type_name: str) -> frozenset[str] | None:
    """Read `fields[TYPE]=a,b`: those alone, none when it is empty, None for all (§6)."""
    name = f"fields[{type_name}]"
    return frozenset(given[name].split(",")) if name in given else None


def show_attachments(record: Record, page: Page[Attachment], given: MultiDict[str, str], part: Slice) -> Document:
    """Show the list of §2.1, whole or one page of it."""
    fields = read_fields(given, "attachment")
    document: dict[str, object] = {"data": [_attachment(record, item, fields) for item in page.items]}
    if part == EVERYTHING:
        return document
    return {**document, "links": page_links(record_path(record, "attachments"), given, page, part)}


def show_download(attachment: Attachment) -> http.Download:
    """Show how the bytes of an attachment travel (§2.2); refuses NOT_FOUND for one without bytes."""
    blob = attachment.blob
    if blob is None:
        raise not_found(Subject.CONTENT)
    name = attachment.file_name or attachment.name
    return http.Download(blob.key, blob.size, blob.sha256, name, attachment.media_type, attachment.updated_at)


def record_path(record: Record, *below: str) -> str:
    """Return the path of a record, or of what lies below it."""
    return "/".join((f"{ROOT}/records", encoded(record.record_type.name, str(record.number)), *below))


def record_id(record: Record) -> str:
    """Return `<eformtype>/<number>`, unencoded (§3)."""
    return f"{record.record_type.name}/{record.number}"


def content_path(record: Record, attachment: Attachment) -> str:
    """Return the path under which the bytes are downloaded and replaced, with its extra `content/` (§2.1)."""
    return record_path(record, "attachments", "content", encoded(*_path_of(attachment)))


def page_links(path: str, given: MultiDict[str, str], page: Page[Any], part: Slice) -> Document:
    """Show first, last, prev and next of a paged list, with the other parameters kept; null where there is none (§6)."""
    limit = part.limit or 0
    last = (page.total - 1) // limit * limit if limit and page.total else 0
    before = max(part.start - limit, 0) if part.start else None
    after = part.start + limit if limit and part.start + limit < page.total else None
    offsets = {"first": 0, "last": last, "prev": before, "next": after}
    return {name: _page_link(path, given, offset, limit) for name, offset in offsets.items()}


def chosen(members: Mapping[str, object], fields: Collection[str] | None) -> dict[str, object]:
    """Return the members that a sparse fieldset leaves."""
    return {name: value for name, value in members.items() if fields is None or name in fields}


def _attachment(record: Record, attachment: Attachment, fields: Collection[str] | None) -> Document:
    size = 0 if attachment.blob is None else attachment.blob.size
    attributes = chosen({"mimetype": attachment.media_type, "size": size}, fields)
    return {
        "type": "attachment",
        "id": "/".join((record_id(record), "attachments", *_path_of(attachment))),
        **({"attributes": attributes} if attributes else {}),
        "links": {"content": http.absolute(content_path(record, attachment))},
    }


def _path_of(attachment: Attachment) -> Sequence[str]:
    folders = attachment.folder.split("/") if attachment.folder else []
    return [*folders, attachment.file_name or attachment.name]


def _count(given: MultiDict[str, str], name: str, usual: int) -> int:
    text = given.get(name)
    if text is None:
        return usual
    if not _COUNT.fullmatch(text):
        raise parameter_refused(name, f"“{name}” is a whole number, not below zero.")
    return int(text)


def _page_link(path: str, given: MultiDict[str, str], offset: int | None, limit: int) -> str | None:
    if offset is None:
        return None
    kept = {name: value for name, value in given.items() if not name.startswith("page[")}
    return http.absolute(f"{path}?{urlencode({**kept, 'page[offset]': offset, 'page[limit]': limit})}")
