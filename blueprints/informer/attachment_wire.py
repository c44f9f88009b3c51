"""Attachments, their contents and the file store on the wire (sheet §8, §9.1): the seed's page is golden here."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

from flask import Request
from msgspec import UNSET, Struct, UnsetType

from blueprints import http
from blueprints.informer import drivers
from blueprints.informer.hal import Payload, link, stamp
from blueprints.informer.wire import Object, is_json, is_multipart, read_body, read_guid
from core.commands import Attach, Describe, Replace
from core.errors import Code, Refusal, Subject, invalid, not_found
from core.mediatypes import essence, is_type

if TYPE_CHECKING:
    from core.lines import AttachmentLine
    from models import Attachment, Upload

SORTABLE: Final = {"name": "name", "type": "driver", "createdAt": "created_at", "updatedAt": "updated_at"}
CONTENTS: Final = "action-attachment-file-contents"
REFERENCE_LIMIT: Final = 4096  # bytes; a longer JSON body is a file, whatever it holds
_REFERENCES: Final = frozenset({"upload", "uploadId", "fileId"})
_OURS: Final = frozenset({"filename", "contentType", "size", "sha256"})  # of a file, never the client's to say


class NewAttachment(Struct):
    """The body of `POST …/attachments`."""

    type: str
    name: str
    data: Object | None = None


class AttachmentChange(Struct):
    """The body of `PUT …/attachments/{id}`; what is left out stays."""

    type: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    data: Object | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class Contents:
    """An upload: the bytes, and the id of an earlier upload where they may be a reference to one."""

    content: Replace
    reference: uuid.UUID | None = None


def read_new(request: Request, limit: int) -> Attach:
    """Read the attachment to make; refuses INVALID for an unknown type, a blank name or an unknown format."""
    body = read_body(request, limit, NewAttachment)
    if body.type not in drivers.ATTACHMENT_DRIVERS:
        known = ", ".join(drivers.ATTACHMENT_DRIVERS)
        raise invalid("type", f"An attachment's type is one of {known}.", Subject.ATTACHMENT)
    _refuse_blank(body.name)
    return Attach(name=body.name, driver=body.type, data=_kept(body.data or {}, body.type))


def read_change(request: Request, limit: int, attachment: Attachment) -> Describe:
    """Read what is to change: `data` is merged, a null removes (sheet §8.3); refuses INVALID for another type."""
    body = read_body(request, limit, AttachmentChange)
    if body.type not in (UNSET, attachment.driver):
        raise invalid("type", "An attachment keeps its type; delete it and make another.", Subject.ATTACHMENT)
    if body.name is not UNSET:
        _refuse_blank(body.name)
    return Describe(name=body.name, data=UNSET if body.data is UNSET else _kept(body.data, attachment.driver))


def read_contents(request: Request, attachment: Attachment, limit: int) -> Contents:
    """Read an upload: a form with one file, a JSON reference, or else the raw body whatever its type (sheet §8.6).

    Refuses INVALID for what is no file, for no body and for a form without a file, TOO_LARGE, INCOMPLETE.
    """
    if attachment.driver != "file":
        raise invalid("type", "Only an attachment of type file takes an upload.", Subject.CONTENT)
    given = request.headers.get("Content-Type", "")
    if is_multipart(given):
        file = read_file(request, limit)
        return Contents(Replace(file.to_end(), file.filename or None, file.content_type))
    body = http.incoming(request, limit)
    head = body.read(REFERENCE_LIMIT + 1)
    if not head:
        raise Refusal(Code.INVALID, "There is no body; send the file.", Subject.BODY)
    name = http.sent_file_name(request.headers.get("Content-Disposition")) or request.args.get("filename") or None
    content = Replace(_joined(head, iter(body)), name, _stated_type(given))
    return Contents(content, _reference(head) if is_json(given) else None)


def read_file(request: Request, limit: int) -> http.FormFile:
    """Return the file of a form, ready to be read; refuses INVALID without one, UNSUPPORTED for no form."""
    if not is_multipart(request.headers.get("Content-Type", "")):
        raise Refusal(Code.UNSUPPORTED, "Send a form (multipart/form-data) with a file.", Subject.BODY)
    for part in http.read_form(request, limit + http.OVERHEAD, limit):
        if isinstance(part, http.FormFile) and part.filename:
            return part
    raise invalid("file", "The form holds no file.", Subject.BODY)


def read_stored_file(request: Request, limit: int) -> Attach:
    """Read what is sent to the file store."""
    file = read_file(request, limit)
    return Attach(file_name=file.filename, content=file.to_end(), media_type=file.content_type)


def show(attachment: Attachment, action_path: str) -> Payload:
    """Return an attachment."""
    blob = attachment.blob
    size, sha256 = (None, None) if blob is None else (blob.size, blob.sha256)
    return _shown(attachment, size, sha256, action_path)


def show_line(line: AttachmentLine, action_path: str) -> Payload:
    """Return an attachment as a list shows it."""
    return _shown(line, line.size, line.sha256, action_path)


def show_stored_file(upload: Upload) -> Payload:
    """Return an entry of the file store; one that an attachment has taken over can no longer be downloaded here."""
    path = f"/api/files/{upload.guid}"
    links = {"self": link(path)}
    if upload.blob is not None:
        links["inf:download"] = link(f"{path}/download")
    return {
        "id": str(upload.guid),
        "filename": upload.file_name,
        "contentType": upload.media_type,
        "size": upload.offset,
        "createdAt": stamp(upload.created_at),
        "_links": links,
    }


def contents_of(attachment: Attachment) -> http.Download:
    """Return what is to be sent; refuses NOT_FOUND where there are no contents."""
    if attachment.driver in ("report", "dataset"):
        message = f"An attachment of type {attachment.driver} has no uploaded file; its files come from runs."
        raise Refusal(Code.NOT_FOUND, message, Subject.CONTENT)
    if attachment.blob is None:
        raise Refusal(Code.NOT_FOUND, "Nothing has been uploaded yet.", Subject.CONTENT)
    blob, name = attachment.blob, attachment.file_name or attachment.name
    return http.Download(blob.key, blob.size, blob.sha256, name, attachment.media_type, attachment.updated_at)


def stored_contents_of(upload: Upload) -> http.Download:
    """Return what is to be sent; refuses NOT_FOUND once an attachment has taken the bytes over."""
    if upload.blob is None:
        raise not_found(Subject.UPLOAD)
    blob = upload.blob
    return http.Download(blob.key, blob.size, blob.sha256, upload.file_name, upload.media_type, upload.created_at)


def _refuse_blank(name: str) -> None:
    if not name.strip():
        raise invalid("name", "An attachment needs a name.", Subject.ATTACHMENT)


def _kept(data: Object, driver: str) -> Object:
    if driver == "file":
        return {name: value for name, value in data.items() if name not in _OURS}
    if data.get("format") not in (None, *drivers.FORMATS):
        raise invalid("data.format", f"A format is one of {', '.join(drivers.FORMATS)}.", Subject.ATTACHMENT)
    return data


def _joined(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    return chain([head], rest)


def _stated_type(given: str) -> str | None:
    # curl --data-binary labels any body as a form; that says nothing about the file.
    says_nothing = essence(given) == "application/x-www-form-urlencoded" or not is_type(given.strip())
    return None if says_nothing else given.strip()


def _reference(head: bytes) -> uuid.UUID | None:
    """Return the upload that a small JSON object names and nothing else, but for the channel of its progress."""
    if len(head) > REFERENCE_LIMIT or not head.lstrip().startswith(b"{"):
        return None
    try:
        value = http.parse_json(head)
    except Refusal:
        return None  # then it is a file, well formed or not
    members = value if isinstance(value, dict) else {}
    named = [name for name in members if name != "progress"]
    if len(named) != 1 or named[0] not in _REFERENCES:
        return None
    return read_guid(str(members[named[0]]))


def _shown(attachment: Attachment | AttachmentLine, size: int | None, sha256: str | None, action_path: str) -> Payload:
    path = f"{action_path}/attachments/{attachment.guid}"
    links = {
        "self": link(path),
        "inf:job-action": link(action_path),
        "inf:job-attachment-driver": link(f"/api/job-attachment-drivers/{attachment.driver}"),
    }
    data = dict(attachment.data)
    if attachment.driver == "file":
        links["inf:action-attachment-file-contents"] = link(f"{path}/{CONTENTS}")
    if size is not None:
        ours = {"filename": attachment.file_name, "contentType": attachment.media_type, "size": size, "sha256": sha256}
        data |= ours
    return {
        "id": str(attachment.guid),
        "jobActionId": action_path.rpartition("/")[2],
        "type": attachment.driver,
        "name": attachment.name,
        "data": data,
        "createdAt": stamp(attachment.created_at),
        "updatedAt": stamp(attachment.updated_at),
        "_links": links,
    }
