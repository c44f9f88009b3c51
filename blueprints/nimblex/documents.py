"""Replies: JSON:API documents, empty bodies, and the page that a browser sees. It knows no row and no verb."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping

from flask import Response, request

from blueprints import http

MEDIA_TYPE = "application/vnd.api+json"

# Without `sandbox`, which would keep the links of the page from downloading.
_VIEW_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_OFFERED = (MEDIA_TYPE, "application/json", "text/html")

Document = Mapping[str, object]


def shown(document: Document, status: int = 200, location: str | None = None, etag: str | None = None) -> Response:
    """Build the reply that carries a document: compact JSON, or for a browser's GET an indented page with links (§1)."""
    response = _page(document, status) if _is_for_a_browser() else _json(document, status)
    response.vary.add("Accept")
    if location is not None:
        response.headers["Location"] = location
    if etag is not None:
        response.set_etag(etag)
    return response


def empty(status: int) -> Response:
    """Build a reply without a body and without a Content-Type."""
    response = Response(status=status)
    del response.headers["Content-Type"]
    response.headers["Content-Length"] = "0"
    if status == 204:
        del response.headers["Content-Length"]  # RFC 9110 §8.6: a 204 has none
    return response


def _is_for_a_browser() -> bool:
    reads = request.method in ("GET", "HEAD")
    return reads and request.accept_mimetypes.best_match(_OFFERED, default=MEDIA_TYPE) == "text/html"


def _json(document: Document, status: int) -> Response:
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    response = Response(body.encode("utf-8"), status)
    response.headers["Content-Type"] = MEDIA_TYPE  # without any parameter (JSON:API 1.0 §5)
    return response


def _page(document: Document, status: int) -> Response:
    body = _linked(json.dumps(document, ensure_ascii=False, indent=2))
    title = html.escape(request.path)
    page = (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{title}</title></head>\n'
        f"<body>\n<pre>{body}</pre>\n</body>\n</html>\n"
    )
    response = Response(page, status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _VIEW_POLICY
    return response


def _linked(text: str) -> str:
    """Return JSON text as HTML, everything escaped, with our own addresses as links."""
    ours = re.compile(rf'"({re.escape(http.base_url())}/[!#-\[\]-~]*)"')  # printable, neither quote nor backslash
    pieces = ours.split(text)
    return "".join(_link(piece) if index % 2 else html.escape(piece) for index, piece in enumerate(pieces))


def _link(address: str) -> str:
    escaped = html.escape(address)
    return f'&quot;<a href="{escaped}">{escaped}</a>&quot;'
