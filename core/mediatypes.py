"""Media types: valid, guessed, sniffed, and which of them are safe to show. It knows no header and no row."""

from __future__ import annotations

import mimetypes
import re

import puremagic

from core.errors import invalid

UNKNOWN = "application/octet-stream"
LONGEST = 255

_TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"  # noqa: S105 - the grammar's word, not a secret
_TYPE = re.compile(rf'{_TOKEN}/{_TOKEN}(?:[ \t]*;[ \t]*{_TOKEN}=(?:{_TOKEN}|"[^"\\\x00-\x1f\x7f-\uffff]*"))*[ \t]*;?')

# Read from the module's own table, never from files of the machine: the same name means the same type everywhere.
_BY_SUFFIX = mimetypes.MimeTypes()
_MORE = {
    ".7z": "application/x-7z-compressed",
    ".avif": "image/avif",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".flac": "audio/flac",
    ".gz": "application/gzip",
    ".heic": "image/heic",
    ".ics": "text/calendar",
    ".log": "text/plain",
    ".m4a": "audio/mp4",
    ".markdown": "text/markdown",
    ".md": "text/markdown",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ogg": "audio/ogg",
    ".parquet": "application/vnd.apache.parquet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".toml": "application/toml",
    ".webp": "image/webp",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
}

# Types that a browser may run, style itself by, or take apart into runnable parts.
_ACTIVE = re.compile(
    r"text/(?:html|css|xsl|vbscript|x-component|x-server-parsed-html|cache-manifest|(?:x-)?(?:java|ecma|live|j)script.*)"
    r"|application/(?:(?:x-)?(?:java|ecma)script|xhtml.*|wasm|x-shockwave-flash|xml.*|manifest\+json|x-mimearchive)"
    r"|image/svg.*|multipart/.*|message/.*|.*[/+]xml.*"
)
_MAGIC = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
)
_PDF = b"%PDF-"
# How documents begin: PDF, the compound files of old offices, the zip files of newer ones.
_BEGINNINGS = (
    (re.compile(r"application/pdf"), _PDF),
    (re.compile(r"application/(?:msword|vnd\.ms-(?:excel|powerpoint))"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    (re.compile(r"application/(?:vnd\.openxmlformats-.*|vnd\.apple\..*|x-iwork-.*|zip)"), b"PK\x03\x04"),
)
_ALIASES = {
    "application/x-pdf": "application/pdf",
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
}


def is_type(text: str) -> bool:
    """Tell whether the text is a media type by the grammar of RFC 9110 §8.3.1, of at most 255 characters."""
    return len(text) <= LONGEST and _TYPE.fullmatch(text) is not None


def clean_type(text: str, field: str = "content_type") -> str:
    """Return the type without blanks round it; raises Refusal(INVALID, field) when it is none."""
    stripped = text.strip(" \t")
    if not is_type(stripped):
        raise invalid(field, "This is not a media type.")
    return stripped


def essence(text: str) -> str:
    """Return the type in small letters, without parameters."""
    return text.partition(";")[0].strip().lower()


def guess(file_name: str) -> str:
    """Return the type that the suffix of the name promises, or application/octet-stream."""
    suffix = "." + file_name.rpartition(".")[2].lower() if "." in file_name else ""
    return _MORE.get(suffix) or _BY_SUFFIX.types_map[1].get(suffix) or UNKNOWN


def sniff(head: bytes) -> str | None:
    """Return the type that the first bytes show (4 KiB are plenty), or None."""
    shown = _shown_by_magic(head)
    if shown or not head:
        return shown
    try:
        return puremagic.from_string(head, mime=True) or None
    except (puremagic.PureError, ValueError, IndexError):
        return None


def is_picture(media_type: str) -> bool:
    """Tell whether smaller pictures are made of this type: png, jpeg, gif and webp alone."""
    return is_inline_safe(media_type)


def is_document(media_type: str) -> bool:
    """Tell whether pages of this type are drawn: PDF alone."""
    return _canonical(media_type) == "application/pdf"


def begins_a_document(head: bytes) -> bool:
    """Tell whether the first bytes are those of a PDF."""
    return head.startswith(_PDF)


def agrees(head: bytes, media_type: str) -> bool:
    """Tell whether the first bytes (4 KiB are plenty) may be of the type that was declared.

    A type whose beginning is not known agrees with all but the magic of a picture.
    """
    canonical, shown = _canonical(media_type), _shown_by_magic(head)
    if canonical == "text/plain":
        return shown is None and (b"\0" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff")))
    begins = next((magic for types, magic in _BEGINNINGS if types.fullmatch(canonical)), None)
    if begins is not None:
        return head.startswith(begins)
    return shown == canonical or (shown is None and not is_picture(canonical))


def is_inline_safe(media_type: str) -> bool:
    """Tell whether a browser may show this type in place, its magic given: png, jpeg, gif and webp alone."""
    return _canonical(media_type) in {"image/png", "image/jpeg", "image/gif", "image/webp"}


def inline_type(head: bytes, media_type: str) -> str | None:
    """Return the type under which to show the bytes in place, or None where type and first bytes disagree or are unsafe."""
    canonical = _canonical(media_type)
    return canonical if is_inline_safe(media_type) and _shown_by_magic(head) == canonical else None


def neutral(media_type: str) -> str:
    """Return the type to serve: itself, or application/octet-stream for what a browser might run and for what is no type."""
    if not is_type(media_type) or _ACTIVE.fullmatch(essence(media_type)):
        return UNKNOWN
    return media_type


def _canonical(media_type: str) -> str:
    plain = essence(media_type)
    return _ALIASES.get(plain, plain)


def _shown_by_magic(head: bytes) -> str | None:
    return next((media_type for magic, media_type in _MAGIC if magic.match(head)), None)
