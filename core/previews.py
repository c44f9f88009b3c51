"""What of a file can be shown in our own page: text, a table, Markdown, sound, pictures. It knows no template.

Whatever is shown is rendered here into harmless markup or plain rows; the file itself never runs (RELIABILITY §5).
"""

from __future__ import annotations

import csv
import enum
import io
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

from core import mediatypes
from core.blobs import BlobStore
from models import Blob

MOST_TEXT = 256 * 1024  # bytes that are read of a text
MOST_ROWS = 100
MOST_CELLS = 50  # of a row
LONGEST_CELL = 200  # characters
_MARKDOWN = frozenset({"text/markdown", "text/x-markdown"})
_TABLES = {"text/csv": ",", "text/tab-separated-values": "\t"}
_TEXTS = ("application/json", "application/xml", "application/toml", "application/yaml", "application/x-sh", "message/")
_ENCODINGS = ("utf-8-sig", "utf-16", "cp1252")


class Kind(enum.StrEnum):
    """How a file is shown."""

    NONE = "none"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    PDF = "pdf"
    TEXT = "text"
    TABLE = "table"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True)
class Preview:
    """What the page shows: `markup` is safe HTML, `rows` are plain cells; `is_cut` says that there is more."""

    kind: Kind
    markup: str = ""
    rows: Sequence[Sequence[str]] = ()
    is_cut: bool = False


NOTHING = Preview(Kind.NONE)


def kind_of(file_name: str, media_type: str) -> Kind:
    """Return how a file of this name and type would be shown."""
    plain = mediatypes.essence(media_type)
    if plain == mediatypes.UNKNOWN:
        plain = mediatypes.guess(file_name)
    major = plain.partition("/")[0]
    if mediatypes.is_inline_safe(plain):
        return Kind.IMAGE
    if major in {"audio", "video"}:
        return Kind(major)
    if plain == "application/pdf":
        return Kind.PDF
    if plain in _MARKDOWN:
        return Kind.MARKDOWN
    if plain in _TABLES:
        return Kind.TABLE
    return Kind.TEXT if _is_textual(plain) else Kind.NONE


def preview(store: BlobStore, blob: Blob | None, file_name: str, media_type: str) -> Preview:
    """Return what can be shown of a file; reads at most 256 KiB of it. Refuses NOT_FOUND without its bytes."""
    kind = kind_of(file_name, media_type)
    if blob is None or blob.size == 0:
        return NOTHING
    if kind not in {Kind.TEXT, Kind.TABLE, Kind.MARKDOWN}:
        return Preview(kind)
    with store.open(blob.key) as file:
        head = file.read(MOST_TEXT)
    is_cut = blob.size > len(head)
    text = _text(head, is_cut=is_cut)
    if text is None:
        return NOTHING
    match kind:
        case Kind.TABLE:
            return _table(text, _TABLES.get(mediatypes.essence(media_type), ","), is_cut=is_cut)
        case Kind.MARKDOWN:
            return Preview(kind, markup=_markup().of_markdown(text), is_cut=is_cut)
        case _:
            return Preview(kind, markup=_markup().of_code(text, file_name), is_cut=is_cut)


def _markup() -> ModuleType:
    from core import markup  # noqa: PLC0415 - 3 MiB in every process, which only whoever looks at a text needs

    return markup


def _is_textual(plain: str) -> bool:
    return plain.startswith(("text/", *_TEXTS)) or plain.endswith(("+json", "+xml")) or "javascript" in plain


def _text(head: bytes, *, is_cut: bool) -> str | None:
    """Return the bytes as text, or None where they are none; a character cut at the end is dropped."""
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    for encoding in _ENCODINGS:
        if encoding == "utf-16" and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            return io.TextIOWrapper(io.BytesIO(head), encoding=encoding, errors="strict", newline="").read()
        except UnicodeDecodeError as error:
            if is_cut and encoding == "utf-8-sig" and error.start >= len(head) - 4:
                return head[: error.start].decode("utf-8-sig", errors="ignore")
    return None


def _table(text: str, delimiter: str, *, is_cut: bool) -> Preview:
    sample = text[:4096]
    if delimiter == "," and sample.count(";") > sample.count(","):
        delimiter = ";"
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if len(rows) > MOST_ROWS:
                break
            rows.append([cell[:LONGEST_CELL] for cell in row[:MOST_CELLS]])
    except csv.Error:
        return NOTHING
    return Preview(Kind.TABLE, rows=rows[:MOST_ROWS], is_cut=is_cut or len(rows) > MOST_ROWS)
