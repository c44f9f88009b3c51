"""Requests to commands and rows to answers, in the words of the guide. It knows no database and no verb."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from urllib.parse import parse_qsl, quote
from zoneinfo import ZoneInfo

import msgspec
from flask import Request, Response

from blueprints import http
from blueprints.alloy import envelope
from blueprints.alloy.base64s import decoded
from blueprints.alloy.ids import read_guid, show_guid
from blueprints.alloy.listing import Vocabulary
from blueprints.alloy.members import LEGACY, a_list, members
from blueprints.alloy.periods import show_moment
from core.commands import Attach, ByPassword, BySecret, Describe, Grant
from core.errors import Code, Refusal, Subject, invalid
from core.filenames import base_name, clean_name
from core.filters import Kind
from core.tables import BATCH, Column, Table

if TYPE_CHECKING:
    from core.tokens import Minted
    from models import Attachment

LIFETIME: Final = timedelta(hours=24)  # of a token; the guide's own number is not known (sheet §2)
LONGEST_GRANT: Final = 64 * 1024  # bytes
DOWNLOAD_NAME: Final = "attachment-file-name"

_TRUTHS: Final = {True: True, False: False, "true": True, "false": False, "1": True, "0": False, "": False, None: False}
_CONSTANTS: Final = frozenset({"filename", "data", "islink"})  # what PATCH may not name (seed, last sentence)


# The token call


def read_grant(request: Request) -> Grant:
    """Read who asks for a token, from a form or JSON (sheet §2).

    Raises Refusal(INVALID) for missing fields and UNSUPPORTED (credential) for another grant.
    """
    given = _grant_fields(b"".join(http.incoming(request, LONGEST_GRANT)))
    match given.get("grant_type"):
        case "password":
            return ByPassword(_required(given, "username"), _required(given, "password"))
        case "client_credentials":
            return BySecret(read_guid(_required(given, "client_id")), _required(given, "client_secret"))
        case _:
            raise Refusal(Code.UNSUPPORTED, "grant_type is password or client_credentials.", Subject.CREDENTIAL)


def show_token(minted: Minted) -> Response:
    """Show a new token: always JSON, never the envelope."""
    answer = {
        "access_token": minted.secret,
        "token_type": "bearer",
        "expires_in": int(LIFETIME.total_seconds()),
    }
    response = Response(msgspec.json.encode(answer), content_type="application/json; charset=utf-8")
    response.headers["Pragma"] = "no-cache"
    return response


# Attachments

ATTACHMENTS: Final = (
    ("ID", "guid"),
    ("Description", "description"),
    ("FileName", "file_name"),
    ("Type", "kind"),
    ("Created_Date", "created_at"),
    ("Size", "size"),
    ("IsLink", "is_link"),
)


def read_attachments(request: Request, limit: int) -> list[Attach]:
    """Read one attachment or an array of them (seed, "Adding attachments and links"); `limit` of the body in bytes.

    Raises Refusal(INVALID) and CONFLICT (content: a link with Data), naming index and file.
    """
    body = http.read_json_any(request, limit, LEGACY)
    if body == [] or body is None:
        raise Refusal(Code.INVALID, "There is no attachment in the body.", Subject.BODY)
    return [replace(command, area=None) for command in read_new(body)]


def read_new(value: object) -> list[Attach]:
    """Read attachments out of a body, each checked but for its bytes, which are decoded while they are stored."""
    return [_attach(place, one) for place, one in enumerate(a_list(value))]


def read_description(request: Request, limit: int) -> Describe:
    """Read the new description; nothing else may be named. Raises Refusal(INVALID)."""
    given = members(http.read_json_any(request, limit, LEGACY), "The body")
    if "description" not in given:
        raise invalid("Description", "Description is missing.", Subject.BODY)
    if _CONSTANTS & set(given):
        raise invalid(min(_CONSTANTS & set(given)), "Only the description can be changed.", Subject.BODY)
    return Describe(description=_text(given, "description"))


def show_contents(attachment: Attachment, file: BinaryIO) -> envelope.Contents:
    """Show the contents of an attachment; of a link there are none."""
    size = attachment.blob.size if attachment.blob else 0
    return envelope.Contents(file, file_name_of(attachment), attachment.description, size)


def show_download(attachment: Attachment) -> http.Download:
    """Show what is sent for a download; raises Refusal(UNSUPPORTED, content) for what has no bytes (a link)."""
    if attachment.blob is None:
        raise Refusal(Code.UNSUPPORTED, "This attachment is a link and has no contents.", Subject.CONTENT)
    blob, name = attachment.blob, file_name_of(attachment)
    return http.Download(blob.key, blob.size, blob.sha256, name, attachment.media_type, attachment.updated_at)


def name_download(response: Response, attachment: Attachment) -> Response:
    """Add the header that gives the name by itself: unquoted, and percent-encoded UTF-8 beyond ASCII (sheet §10.3)."""
    response.headers[DOWNLOAD_NAME] = quote(file_name_of(attachment), safe=_PLAIN)
    return response


def file_name_of(attachment: Attachment) -> str:
    """Return what FileName shows: the target of a link, else the file's name."""
    return attachment.link_target or attachment.file_name or attachment.name


# Lists


def vocabulary(pairs: Sequence[tuple[str, str]], columns: dict[str, Column], **more: Any) -> Vocabulary:
    """Name core columns in Alloy's words: pairs of (Alloy's name, core's name)."""
    return Vocabulary({name: columns[own] for name, own in pairs if own in columns}, **more)


def show_table(table: Table, words: Vocabulary, zone: ZoneInfo) -> envelope.Tabular:
    """Show a list as Fields and Data; every cell is a text, a null is empty (sheet §6.5)."""
    names = [words.name_of(column) for column in table.columns]
    heads = [
        envelope.Head(name, data_type(column), caption(name)) for name, column in zip(names, table.columns, strict=True)
    ]
    return envelope.Tabular(heads, _texts(table, zone), table.size > BATCH)


def data_type(column: Column) -> str:
    """Return a column's DataType."""
    if column.is_date:
        return "date"
    kinds = {Kind.TEXT: "string", Kind.BOOL: "bool", Kind.TIME: "datetime", Kind.GUID: "guid"}
    return kinds.get(column.field.kind, "int" if column.is_whole else "decimal")


def caption(name: str) -> str:
    """Return the label of a field: its name with blanks for underscores."""
    return name.replace("_", " ")


def show_cell(value: Any, column: Column, zone: ZoneInfo) -> str:
    """Show one value as a text."""
    if column.name == "kind":
        return _KINDS[value]
    if column.field.kind is Kind.TIME and isinstance(value, str):
        value = _stored_moment(value)
    show = next((show for kind, show in _CELLS.items() if isinstance(value, kind)), str)
    return show_moment(value, zone) if isinstance(value, datetime) else show(value)


_KINDS: Final = {"file": "File", "link": "Link"}
_CELLS: Final[dict[type, Callable[[Any], str]]] = {
    type(None): lambda _: "",
    bool: lambda value: "true" if value else "false",
    uuid.UUID: show_guid,
    dict: lambda value: msgspec.json.encode(value).decode(),
    list: lambda value: msgspec.json.encode(value).decode(),
}
# What may stand in the header as it is: all of ASCII that shows, but percent signs and quotes.
_PLAIN: Final = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in '%"')


def _stored_moment(text: str) -> datetime | str:
    # A moment that came as text is kept as it was sent; one without a zone is in UTC.
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _texts(table: Table, zone: ZoneInfo) -> Iterator[list[str]]:
    for row in table.rows:
        yield [show_cell(value, column, zone) for value, column in zip(row, table.columns, strict=True)]


def _grant_fields(body: bytes) -> dict[str, Any]:
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return members(http.parse_json(body, LEGACY), "The body")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("latin-1")
    return {name.lower(): value for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=100)}


def _required(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise invalid(name, f"{name} is missing.", Subject.BODY)
    return value


def _attach(place: int, value: object) -> Attach:
    given = members(value, f"Attachment {place}")
    name = _text(given, "filename")
    where = f"Attachment {place} ({name})"
    with _placed(where):
        area = _text(given, "attachmentarea") or None
        description = _text(given, "description")
        if _truth(given, "islink"):
            return _link(given, Attach(driver="link", link_target=name, description=description, area=area), where)
        file_name = clean_name(base_name(name), "FileName")
        if given.get("data") is None:
            raise invalid("Data", "Data is missing.", Subject.BODY)
        content = decoded(_text(given, "data"), where)
        return Attach(file_name=file_name, content=content, description=description, area=area)


def _link(given: dict[str, Any], command: Attach, where: str) -> Attach:
    if _text(given, "data"):
        message = "Invalid combination: a link cannot have Data."
        raise Refusal(Code.CONFLICT, message, Subject.CONTENT, "Data")
    if not (command.link_target or "").strip():
        raise invalid("FileName", f"{where}: a link needs a FileName, which is its target.", Subject.BODY)
    return command


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid(name, f"{name} is a text.", Subject.BODY)
    return value or ""


def _truth(given: dict[str, Any], name: str) -> bool:
    value = given.get(name)
    key = value.lower() if isinstance(value, str) else value
    if isinstance(key, float | list | dict) or key not in _TRUTHS:
        raise invalid(name, f"{name} is true or false.", Subject.BODY)
    return _TRUTHS[key]


@contextmanager
def _placed(where: str) -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        if refusal.message.startswith(where):
            raise
        raise replace(refusal, message=f"{where}: {refusal.message}") from None
