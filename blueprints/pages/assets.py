"""Styles and scripts: under an address that changes with their content, so that browsers keep them. It knows no page."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path
from typing import Final

from flask import Flask, Response, request, url_for

from blueprints.pages.blueprint import PAGES
from core.errors import Subject, not_found

STATIC: Final = Path(__file__).resolve().parent.parent.parent / "static"
_TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_PACKED: Final = frozenset({".css", ".js", ".svg"})
_FOR_EVER: Final = "public, max-age=31536000, immutable"


def install(app: Flask) -> None:
    """Let the templates name a style or script."""
    app.jinja_env.globals["asset"] = address_of


def address_of(name: str) -> str:
    """Return the address of a style or script; what it imports lies beside it, under the same version."""
    return url_for("pages.asset", version=version(), name=name)


@lru_cache(maxsize=1)
def version() -> str:
    """Return a short hash of everything that lies in static/."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@PAGES.get("/static/v/<version>/<path:name>")
def asset(version: str, name: str) -> Response:  # noqa: ARG001 - the version is in the address for the browser's sake
    """Send a style or script, packed where the browser takes that, to be kept for ever."""
    plain, packed = _content(name)
    takes_packed = packed is not None and request.accept_encodings.quality("gzip") > 0
    response = Response(packed if takes_packed else plain, content_type=_type_of(name))
    if takes_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = _FOR_EVER
    response.vary.add("Accept-Encoding")
    return response


@lru_cache(maxsize=128)
def _content(name: str) -> tuple[bytes, bytes | None]:
    path = (STATIC / name).absolute()
    if ".." in path.parts or not path.is_relative_to(STATIC) or not path.is_file():
        raise not_found(Subject.ROUTE)
    plain = path.read_bytes()
    return plain, gzip.compress(plain, mtime=0) if path.suffix in _PACKED else None


def _type_of(name: str) -> str:
    suffix = Path(name).suffix
    return _TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
