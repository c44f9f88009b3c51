"""What tus 1.0.0 says in headers: read into commands, shown from transfers. It knows no row and no store."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from flask import Request, Response
from werkzeug.http import http_date

from blueprints import http
from blueprints.tus.errors import VERSION
from blueprints.tus.metadata import ALGORITHMS, read_bytes, read_checksum, read_metadata, shown
from core.commands import Attach, BeginUpload, ByGuid, ByNumber, ByOid, Part, Reference
from core.errors import Code, Refusal, Subject, invalid
from core.mediatypes import essence

if TYPE_CHECKING:
    from core.resumable import Transfer
    from models import Upload

BODY_TYPE: Final = "application/offset+octet-stream"
ATTACHMENT: Final = "Addenda-Attachment"  # ours: the GUID of what a finished upload has become
EXTENSIONS: Final = "creation,creation-with-upload,termination,expiration,checksum"
REPLY_HEADERS: Final = (
    "Tus-Resumable",
    "Tus-Version",
    "Tus-Extension",
    "Tus-Max-Size",
    "Tus-Checksum-Algorithm",
    "Upload-Offset",
    "Upload-Length",
    "Upload-Metadata",
    "Upload-Expires",
    ATTACHMENT,
)

_OID: Final = re.compile(r"[A-Za-z]{1,10}[0-9]{1,18}")
_DIGITS: Final = re.compile(r"[0-9]{1,18}")


def require_version(request: Request) -> None:
    """Refuse PRECONDITION to another version of the protocol, or none; OPTIONS needs none (tus 1.0.0 §Tus-Resumable)."""
    if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
        raise Refusal(Code.PRECONDITION, f"Send Tus-Resumable: {VERSION}.", Subject.ROUTE)


def read_begin(request: Request, place: str | None) -> BeginUpload:
    """Read what POST announces (tus 1.0.0 §Creation); `place` is the record that the address names.

    Refuses INVALID, also for a length that is to be told later and for parts to be joined: neither is offered.
    """
    for header in ("Upload-Defer-Length", "Upload-Concat"):
        if header in request.headers:
            raise invalid(header, f"{header} is not offered here; send Upload-Length alone.", Subject.UPLOAD)
    length = read_bytes("Upload-Length", request.headers.get("Upload-Length"))
    pairs = read_metadata(request.headers.get("Upload-Metadata", ""))
    record = place or pairs.get("record")
    replaced = pairs.get("attachment")
    return BeginUpload(
        length=length,
        attach=_read_attach(pairs),
        record=read_reference(record) if record else None,
        replaces=_read_guid("attachment", replaced) if replaced else None,
        metadata=shown(pairs),
    )


def read_first_part(request: Request, length: int) -> Part | None:
    """Read the bytes that come with POST (tus 1.0.0 §Creation With Upload), or None; refuses as `read_part`."""
    if essence(request.headers.get("Content-Type", "")) == BODY_TYPE:
        return _read_part(request, 0, length)
    if http.incoming(request, length).declared != 0:
        raise _other_type()
    return None


def read_part(request: Request, upload: Upload) -> Part:
    """Read the bytes that PATCH adds, and where (tus 1.0.0 §PATCH); refuses UNSUPPORTED, INVALID and TOO_LARGE."""
    if essence(request.headers.get("Content-Type", "")) != BODY_TYPE:
        raise _other_type()
    offset = read_bytes("Upload-Offset", request.headers.get("Upload-Offset"))
    return _read_part(request, offset, max(0, upload.most - offset))


def read_reference(text: str) -> Reference:
    """Return the record that a text names: GUID, OID (J000057) or Type/number; refuses INVALID."""
    if _OID.fullmatch(text):
        return ByOid(text)
    type_name, slash, number = text.rpartition("/")
    if slash and type_name and _DIGITS.fullmatch(number):
        return ByNumber(type_name, int(number))
    return ByGuid(_read_guid("record", text))


def show_protocol(limit: int) -> Response:
    """Answer OPTIONS: what this server speaks; `limit` in bytes (tus 1.0.0 §OPTIONS)."""
    headers = {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(limit),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }
    return _without_body(204, headers)


def show_begun(transfer: Transfer) -> Response:
    """Answer POST: where to go on (tus 1.0.0 §Creation). A path, so that no proxy can spoil it."""
    headers = {"Location": f"/tus/{transfer.upload.guid}", **_standing(transfer)}
    return _without_body(201, headers)


def show_state(transfer: Transfer) -> Response:
    """Answer HEAD: how far it came (tus 1.0.0 §HEAD)."""
    headers = {"Upload-Length": str(transfer.upload.most), **_standing(transfer)}
    if transfer.upload.facts["metadata"]:
        headers["Upload-Metadata"] = transfer.upload.facts["metadata"]
    return _without_body(200, headers)


def show_progress(transfer: Transfer) -> Response:
    """Answer PATCH: how far it came now (tus 1.0.0 §PATCH)."""
    return _without_body(204, _standing(transfer))


def show_gone() -> Response:
    """Answer DELETE (tus 1.0.0 §Termination)."""
    return _without_body(204, {})


def name_version(response: Response) -> Response:
    """Name the version of the protocol on every reply."""
    response.headers["Tus-Resumable"] = VERSION
    return response


def _read_attach(pairs: Mapping[str, str]) -> Attach:
    file_name = pairs.get("filename") or pairs.get("name")
    if not file_name:
        raise invalid("filename", "Upload-Metadata must name the file: filename, in base64.", Subject.UPLOAD)
    return Attach(
        name=pairs.get("name", ""),
        file_name=file_name,
        media_type=pairs.get("filetype") or None,
        description=pairs.get("description", ""),
        folder=pairs.get("folder", ""),
        area=pairs.get("area") or None,
    )


def _read_part(request: Request, offset: int, limit: int) -> Part:
    content = http.incoming(request, limit)
    return Part(offset, content, content.declared, read_checksum(request.headers.get("Upload-Checksum")))


def _read_guid(field: str, text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise invalid(field, f"“{text[:80]}” does not name a thing of this kind.", Subject.UPLOAD) from None


def _without_body(status: int, headers: Mapping[str, str]) -> Response:
    response = Response(status=status, headers=headers)
    del response.headers["Content-Type"]  # the framework's own guess is HTML
    return response


def _standing(transfer: Transfer) -> dict[str, str]:
    headers = {"Upload-Offset": str(transfer.offset)}
    if not transfer.is_finished:
        headers["Upload-Expires"] = http_date(transfer.upload.expires_at)
    if transfer.attachment is not None:
        headers[ATTACHMENT] = str(transfer.attachment)
    return headers


def _other_type() -> Refusal:
    return Refusal(Code.UNSUPPORTED, f"Send the bytes as {BODY_TYPE}.", Subject.BODY)
