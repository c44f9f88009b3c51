"""Addresses as they were sent: segments cut before they are decoded, so that `%2F` never parts a name.

The framework decodes a path before it routes; this module reads the raw one. It judges no name and knows no record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit

from flask import Request
from werkzeug.routing import BaseConverter

from core.errors import Code, Refusal, Subject, not_found

ROOT = "/jsonapi"


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a path: `text` as it reads, `form` with each raw `+` as a blank (sheet §1, both styles are in use)."""

    text: str
    form: str

    @property
    def spellings(self) -> tuple[str, ...]:
        """What it may mean, the literal text first."""
        return tuple(dict.fromkeys((self.text, self.form)))


@dataclass(frozen=True, slots=True)
class Place:
    """The segments after `/jsonapi`, and those among them that lie below `attachments/` or `attachments/content/`."""

    segments: tuple[Segment, ...]
    below: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The spellings of the form type, role or department: always the second segment."""
        return self.segments[1].spellings

    @property
    def record_id(self) -> str:
        """The record's number as it was written."""
        return self.segments[2].text

    @property
    def folder(self) -> str:
        """The folder of the file, its parts joined by a slash; empty at the root."""
        return "/".join(self.below[:-1])

    @property
    def file_name(self) -> str:
        """The last part; empty after a trailing slash."""
        return self.below[-1] if self.below else ""


class RestConverter(BaseConverter):
    """`<rest:path>`: all that is left, whatever its bytes; what it means is read from the raw path."""

    regex = r"[\s\S]*"
    part_isolating = False


def read_place(request: Request, values: Mapping[str, Any]) -> Place:
    """Return where a request points to; refuses NOT_FOUND when its raw path has another shape than the route's.

    Refuses INVALID when it is not UTF-8. `values` are what the route matched, in the order of the path; `rest` is what
    follows the last fixed segment.
    """
    raw = _raw_segments(request)
    fixed = _fixed_segments(request, values)
    segments = tuple(Segment(unquote(part), unquote(part.replace("+", " "))) for part in raw)
    texts = tuple(segment.text for segment in segments)
    if texts[: len(fixed)] != fixed or ("rest" not in values and len(texts) != len(fixed)):
        raise not_found(Subject.ROUTE)
    return Place(segments[: len(fixed)], texts[len(fixed) :])


def encoded(*names: str) -> str:
    """Return names as the segments of a path, each percent-encoded; a blank is always `%20`, a plus `%2B`."""
    return "/".join(quote(name, safe="") for name in names)


def _raw_segments(request: Request) -> list[str]:
    path = _raw_path(request).removeprefix(ROOT).removeprefix("/")
    return path.split("/")


def _raw_path(request: Request) -> str:
    environ: Mapping[str, Any] = request.environ
    raw = str(environ.get("REQUEST_URI") or environ.get("RAW_URI") or "")
    path = raw.partition("?")[0].partition("#")[0]
    if not path.startswith("/"):
        path = urlsplit(path).path  # the absolute form that proxies send (RFC 9112 §3.2.2)
    path = path.removeprefix(str(environ.get("SCRIPT_NAME", "")))
    seen = str(environ.get("PATH_INFO", "")).encode("latin-1")
    _refuse_broken(path)
    # A server without the raw path, or a proxy that rewrote it: what was routed is then all there is.
    return path if unquote_to_bytes(path) == seen else quote(seen)


def _refuse_broken(path: str) -> None:
    # `unquote` turns every broken byte into one sign, and two names into one; the house refuses them before, where the
    # server hands it the bytes as they came.
    try:
        unquote_to_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal(Code.INVALID, "The address is not UTF-8.", Subject.ROUTE) from None


def _fixed_segments(request: Request, values: Mapping[str, Any]) -> tuple[str, ...]:
    rule = str(request.url_rule).removeprefix(f"{ROOT}/").removesuffix("<rest:rest>").rstrip("/")
    return tuple(str(values[part[1:-1]]) if part.startswith("<") else part for part in rule.split("/"))
