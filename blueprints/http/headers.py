"""The headers on every reply, and which browser origins may call the APIs. It knows no page and no API by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from flask import Flask, Response, request

from blueprints.http.api import Api, owner_of, registry

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; font-src 'self'; manifest-src 'self'; media-src 'self'"
)
SANDBOX_POLICY: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"

EVERY_REPLY: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": SANDBOX_POLICY,
    "Cache-Control": "no-store",
}
DOWNLOAD_HEADERS: Final[Mapping[str, str]] = {**EVERY_REPLY, "Cache-Control": "private, no-cache"}
PAGE_HEADERS: Final[Mapping[str, str]] = {
    **EVERY_REPLY,
    # Under https the CSRF check reads the Referer of our own pages.
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": PAGE_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

_EXPOSED: Final = ("Content-Disposition", "Content-Range", "ETag", "Last-Modified", "Location", "Retry-After")
_METHODS: Final = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_HEADER_NAMES: Final = re.compile(r"[A-Za-z0-9-]{1,64}(?:[ \t]*,[ \t]*[A-Za-z0-9-]{1,64}){0,63}")


def install_headers(app: Flask) -> None:
    """Answer preflights of allowed origins, and complete every reply."""
    app.before_request(_answer_preflight)
    app.after_request(_complete)


def _answer_preflight() -> Response | None:
    api = _api_for_allowed_origin()
    if api is None or request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers:
        return None
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = _METHODS
    response.headers["Access-Control-Max-Age"] = "600"
    asked = request.headers.get("Access-Control-Request-Headers", "").strip()
    if _HEADER_NAMES.fullmatch(asked):
        response.headers["Access-Control-Allow-Headers"] = asked
    return response


def _complete(response: Response) -> Response:
    owner = owner_of(request.path)
    is_page = owner is not None and owner.is_pages
    given = {name.lower() for name, _ in response.headers}
    headers = PAGE_HEADERS if is_page else EVERY_REPLY
    response.headers.extend([(name, value) for name, value in headers.items() if name.lower() not in given])
    if "cache-control" not in given or not response.cache_control.public:
        _vary(response, "vary" in given)
    if registry().settings.cors_origins and not is_page:
        response.vary.add("Origin")
        _allow_origin(response)
    return response


def _vary(response: Response, varies: bool) -> None:
    if varies:
        response.vary.update(["Authorization", "Cookie"])
    else:
        response.headers["Vary"] = "Authorization, Cookie"


def _allow_origin(response: Response) -> None:
    api = _api_for_allowed_origin()
    if api is not None:
        # Without Allow-Credentials: a cookie never speaks for another origin.
        response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
        response.headers["Access-Control-Expose-Headers"] = ", ".join(dict.fromkeys((*_EXPOSED, *api.exposes)))


def _api_for_allowed_origin() -> Api | None:
    if request.headers.get("Origin") not in registry().settings.cors_origins:
        return None
    owner = owner_of(request.path)
    return None if owner is None or owner.is_pages else owner
