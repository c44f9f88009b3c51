"""Who speaks: Bearer, Basic or the `sid` cookie, and the proof that a cookie's request was meant (DECISIONS 12)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from flask import Response, request

from blueprints import http
from core import sign_ins, tokens
from core.access import Caller
from core.errors import Code, Refusal, Subject
from core.folding import fold
from core.mediatypes import essence

CHANNEL: Final = "informer"
COOKIE: Final = "sid"
COOKIE_PATH: Final = "/api"
JWT: Final = "i5s_"  # begins what a login reply calls `jwt`: the session's secret, as a Bearer token
PUBLIC: Final = frozenset({"informer.log_in", "informer.log_in_to", "informer.log_out"})

_TOKEN: Final = re.compile(r"(?:adt_|i5t_)[A-Za-z0-9_-]{43}")
_FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_SENDABLE_ANYWHERE: Final = _FORMS | {"", "text/plain"}  # bodies that a browser posts to any site without asking
_HARMLESS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def identify() -> None:
    """Set the caller of this request; refuses UNIDENTIFIED, and DENIED to a cookie without its proof.

    A header that is there counts alone: a bad one never falls back to the cookie (sheet §1).
    """
    if request.endpoint in PUBLIC:
        return
    header = request.headers.get("Authorization")
    http.set_caller(_by_cookie() if header is None else _by_header(header))


def require_meant(*, whatever_the_method: bool = False) -> None:
    """Refuse DENIED to a state change that another site could have made a browser send with its cookie."""
    if request.method in _HARMLESS and not whatever_the_method:
        return
    if not (_is_from_here() and _is_no_form()):
        raise Refusal(Code.DENIED, "With a cookie, send JSON or a raw body, and from this site.", Subject.CREDENTIAL)


def set_cookie(response: Response, secret: str) -> None:
    """Put the session's secret into the cookie; it ends with the browser, or with the session."""
    secure = http.base_url().startswith("https:")
    response.set_cookie(COOKIE, secret, path=COOKIE_PATH, secure=secure, httponly=True, samesite="Lax")


def clear_cookie(response: Response) -> None:
    """Make the browser forget the cookie."""
    secure = http.base_url().startswith("https:")
    response.delete_cookie(COOKIE, path=COOKIE_PATH, secure=secure, httponly=True, samesite="Lax")


def address() -> str:
    """Return the address from which the request came."""
    return request.remote_addr or ""


def _by_header(header: str) -> Caller:
    scheme, value = http.parse_authorization(header)
    if scheme == "bearer":
        return _by_secret(value)
    name, password = http.basic_credentials(header)
    if not _TOKEN.fullmatch(password):
        return sign_ins.caller_by_password(http.house().database, name, password, CHANNEL, address())
    caller = _by_secret(password)
    if name and fold(name) != fold(caller.name):
        raise http.unidentified("This token belongs to another user.")
    return caller


def _by_secret(secret: str) -> Caller:
    database = http.house().database
    if secret.startswith(JWT):
        return sign_ins.recognise(database, secret.removeprefix(JWT), CHANNEL, address())[0]
    return tokens.caller_of(database, secret, {CHANNEL}, CHANNEL, address())


def _by_cookie() -> Caller:
    secret = request.cookies.get(COOKIE)
    if not secret:
        raise http.unidentified("Please sign in.")
    caller, _ = sign_ins.recognise(http.house().database, secret, CHANNEL, address())
    require_meant()
    return caller


def _is_from_here() -> bool:
    site = request.headers.get("Sec-Fetch-Site", "none")
    origin = request.headers.get("Origin")
    return site in {"same-origin", "none"} and (origin is None or origin == _own_origin())


def _own_origin() -> str:
    parts = urlsplit(http.base_url())
    return f"{parts.scheme}://{parts.netloc}"


def _is_no_form() -> bool:
    has_body = request.content_length or "Transfer-Encoding" in request.headers
    if not has_body:
        return True
    refused = _SENDABLE_ANYWHERE if request.method == "POST" else _FORMS
    return essence(request.headers.get("Content-Type", "")) not in refused
