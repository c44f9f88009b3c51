"""Content-Disposition, written and read (RFC 6266, RFC 8187). It knows no file, only its name."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes

_UNSAFE = re.compile(r'[^\x20-\x7e]|["\\%]')
# attr-char of RFC 8187 that urllib does not keep by itself.
_ATTR_CHARS = "!#$&+-.^_`|~"
_PARAMETER = re.compile(r""";[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*("(?:\\.|[^"\\])*"|[^;]*)""")


def content_disposition(name: str | None, disposition: str = "attachment") -> str:
    """Return the header's value; without a name only the disposition.

    The plain part is ASCII, quoted, with `_` for all that clients read differently and never without a stem; the
    extended part says the true name wherever the plain one does not.
    """
    if not name:
        return disposition
    plain = _plain(name)
    extended = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe=_ATTR_CHARS, errors='replace')}"
    return f'{disposition}; filename="{plain}"{extended}'


def sent_file_name(header: str | None) -> str | None:
    """Return the file name that a request's Content-Disposition gives, or None.

    Prefers `filename*`, takes unquoted names with blanks, and bytes that are UTF-8 or else Latin-1. Checks nothing: the
    name is the client's.
    """
    found = _parameters(_decoded(header))
    return _extended(found) or found.get("filename") or None


def extended_file_name(disposition: str) -> str | None:
    """Return the name in `filename*` alone, which some clients send in forms against RFC 7578 §4.2; or None."""
    return _extended(_parameters(disposition))


def _plain(name: str) -> str:
    replaced = _UNSAFE.sub("_", name)
    stem, dot, suffix = replaced.rpartition(".")
    if replaced != name and not (stem if dot else suffix).strip(" _."):
        replaced = "file" + dot + suffix if dot and suffix.strip(" _.") else "file"
    return replaced


def _parameters(header: str) -> dict[str, str]:
    return {key.lower(): _unquoted(value.strip(" \t")) for key, value in _PARAMETER.findall(";" + header)}


def _decoded(header: str | None) -> str:
    # A WSGI header is text in which each character stands for one byte.
    try:
        return (header or "").encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header or ""


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        return re.sub(r'\\(["\\])', r"\1", value[1:-1])
    return value


def _extended(parameters: dict[str, str]) -> str | None:
    charset, _, rest = parameters.get("filename*", "").partition("'")
    encoded = unquote_to_bytes(rest.partition("'")[2])
    try:
        return encoded.decode({"utf-8": "utf-8", "iso-8859-1": "latin-1"}.get(charset.lower(), "ascii")) or None
    except UnicodeDecodeError:
        return None
