"""Who speaks: a bearer token of Addenda's, or whoever is signed in on the pages and proves that the page meant it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from flask import request, session
from flask_wtf.csrf import validate_csrf
from wtforms.validators import ValidationError

from blueprints import http
from core import sign_ins, tokens
from core.access import Caller
from core.errors import Code, Refusal, Subject

CHANNEL: Final = "tus"
PAGES: Final = "pages"  # the kind of session that a sign-in on the pages opens
CSRF_HEADER: Final = "X-CSRFToken"


def identify() -> None:
    """Set the caller of this request; refuses UNIDENTIFIED, and DENIED to a cookie without its proof.

    A header that is there counts alone. OPTIONS, the discovery of tus, goes without.
    """
    if request.method == "OPTIONS":
        return
    header = request.headers.get("Authorization")
    http.set_caller(_by_cookie() if header is None else _by_token(header))


def _by_token(header: str) -> Caller:
    scheme, secret = http.parse_authorization(header)
    if scheme != "bearer":
        raise http.unidentified("A bearer token is needed here.")
    return tokens.caller_of(http.house().database, secret, (), CHANNEL, request.remote_addr)


def _by_cookie() -> Caller:
    secret = session.get("_user_id")  # where Flask-Login keeps the secret of the pages' session
    if not isinstance(secret, str):
        raise http.unidentified("A bearer token is needed here.")
    caller, _ = sign_ins.recognise(http.house().database, secret, PAGES, request.remote_addr)
    _require_meant()
    return replace(caller, channel=CHANNEL)


def _require_meant() -> None:
    """Refuse what another site could have made a browser send: its pages know no token of ours."""
    if request.method == "HEAD":
        return
    try:
        validate_csrf(request.headers.get(CSRF_HEADER))
    except ValidationError:
        raise _not_meant() from None
    if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
        raise _not_meant()


def _not_meant() -> Refusal:
    return Refusal(Code.DENIED, f"Reload the page; its {CSRF_HEADER} does not hold.", Subject.CREDENTIAL)
