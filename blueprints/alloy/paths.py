"""Addresses of this API in all their spellings, brought to the one that routes.py lists. It routes nothing itself.

Honours Alloy's mixed use of capitals, its doubled slashes and its optional version segment (sheet §1) without a redirect,
which many clients do not follow with a body. Other owners' paths are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from werkzeug.routing import BaseConverter

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ROOT: Final = "/api/v2"
PREFIXES: Final = (ROOT, "/api/v1", "/api/token", "/alloy/api")

_OURS: Final = re.compile(
    r"/+(?:api/+v[12]|alloy/+api(?:/+v[12])?|api(?=/+token/*$))(?P<rest>/.*)?", re.IGNORECASE | re.DOTALL
)
_WORDS: Final = {
    word.lower(): word
    for word in (
        "token profile Object Activities Dictionary Attachments action check content download"  # as the guide has them
    ).split()
}


class ClassName(BaseConverter):
    """`<class_name:…>`: the name of a class of objects, which is never one of the fixed words; `_` stands for a blank."""

    regex = r"(?!(?:token|profile|Object|Activities|Dictionary)(?:/|$))[^/]+"

    def to_python(self, value: str) -> str:
        """Return the name with its blanks."""
        return value.replace("_", " ")


class RepairedPaths:
    """WSGI middleware that gives each request for this API its canonical path."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Repair the path, then let the application answer."""
        environ["PATH_INFO"] = canonical(environ.get("PATH_INFO", ""))
        return self._application(environ, start_response)


def canonical(path: str) -> str:
    """Return the path under `/api/v2`, its fixed words spelt as in routes.py, slashes single; a foreign path as it is."""
    found = _OURS.fullmatch(path)
    if found is None:
        return path
    segments = [segment for segment in (found["rest"] or "").split("/") if segment]
    # Words and names take turns: Object / <id> / action / <id> / check.
    repaired = [
        _WORDS.get(segment.lower(), segment) if place % 2 == 0 else segment for place, segment in enumerate(segments)
    ]
    return "/".join([ROOT, *repaired])
