"""Who speaks to Nimblex: HTTP Basic with name and password (or an Addenda token as the password), or Bearer.

The readable documents stop before authentication, so this is our choice (sheet §1). It decides no right.
"""

from __future__ import annotations

from flask import request

from blueprints import http
from core import sign_ins, tokens
from core.access import Caller
from core.errors import Code, Refusal, Subject

CHANNEL = "nimblex"


def identify() -> None:
    """Find out who speaks, before anything else is looked at, so that a 404 tells nothing to the anonymous (401)."""
    scheme, value = http.parse_authorization(request.headers.get("Authorization"))
    if scheme == "bearer":
        http.set_caller(_by_token(value))
        return
    _refuse_foreign_page()
    name, password = http.basic_credentials(request.headers.get("Authorization"))
    http.set_caller(_by_pair(name, password))


def _by_pair(name: str, password: str) -> Caller:
    if password.startswith(tokens.PREFIXES[tokens.OWN]):
        return _by_token(password)
    return sign_ins.caller_by_password(http.house().database, name, password, CHANNEL, _address())


def _by_token(secret: str) -> Caller:
    return tokens.caller_of(http.house().database, secret, (), CHANNEL, _address())


def _address() -> str:
    return request.remote_addr or ""


def _refuse_foreign_page() -> None:
    """Refuse a change that another site's page makes with the Basic credentials that a browser keeps and sends along."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    origin = request.headers.get("Origin")
    friends = {http.base_url(), *http.house().settings.cors_origins}
    is_foreign = (
        origin not in friends if origin else request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
    )
    if is_foreign:
        raise Refusal(Code.DENIED, "Pages of other sites may not change anything here.", Subject.CREDENTIAL)
