"""Who speaks to the UFDL API, by its own tokens or Addenda's, and for which node (UFDL sheet §2 and §4).

It decides only what the API adds to the house's rights: who is staff, and which node acts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g, request
from msgspec import UNSET, UnsetType

from blueprints import http
from blueprints.ufdl import tokens
from core import nodes, sign_ins
from core import tokens as house_tokens
from core.access import Caller
from core.errors import Code, Refusal, Subject, denied
from core.folding import fold

P = ParamSpec("P")
R = TypeVar("R")

OPEN = frozenset({"ufdl.obtain", "ufdl.refresh", "ufdl.verify"})
BINARY = frozenset({"ufdl.download", "ufdl.get_output"})
_REASONS = {
    "unknown": ("User not found", "user_not_found"),
    "disabled": ("User is inactive", "user_inactive"),
    "outdated": ("Given token not valid for any token type", "token_not_valid"),
}


def identify() -> None:
    """Find out who speaks before anything else is looked at; refuses UNIDENTIFIED, and what JSON cannot answer."""
    endpoint = request.endpoint or ""
    if endpoint not in BINARY:
        _refuse_other_answers()
    if endpoint not in OPEN:
        http.set_caller(_caller())
        g.ufdl_node = _node(request.headers.get("Node-Id"))


def node() -> int | None:
    """Return the number of the node that the caller acts for, or None."""
    found: int | None = g.ufdl_node
    return found


def holder() -> int | UnsetType | None:
    """Return which node must hold a job for the caller to add outputs to it; staff need none (UNSET)."""
    return UNSET if is_staff() else node()


def obtain(name: str, password: str) -> dict[str, str]:
    """Return a new pair of tokens for a name and password; refuses UNIDENTIFIED and THROTTLED."""
    house = http.house()
    user = sign_ins.check_password(house.database, name, password, request.remote_addr or "")
    kinds = ("refresh", "access")
    return {kind: tokens.issue(house.settings.secret_key, user.id, user.credential_version, kind) for kind in kinds}


def refresh(token: str) -> dict[str, str]:
    """Return a new access token for a refresh token; refuses UNIDENTIFIED."""
    claims = _standing(token, "refresh")
    return {"access": tokens.issue(http.house().settings.secret_key, claims.user_id, claims.version, "access")}


def verify(token: str) -> dict[str, str]:
    """Return nothing for a token of either kind that still counts; refuses UNIDENTIFIED."""
    _standing(token, "access", "refresh")
    return {}


def staff(handler: Callable[P, R]) -> Callable[P, R]:
    """Let administrators alone through, before the body is looked at and the object looked up."""

    @wraps(handler)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if not is_staff():
            raise denied(Subject.ROUTE)
        return handler(*args, **kwargs)

    return checked


def own_node(handler: Callable[[int], R]) -> Callable[[int], R]:
    """Let the node that the address names through, and staff."""

    @wraps(handler)
    def checked(pk: int) -> R:
        if not is_staff() and node() != pk:
            raise denied(Subject.ROUTE)
        return handler(pk)

    return checked


def own_user(handler: Callable[[str], R]) -> Callable[[str], R]:
    """Let the user whom the address names through, and staff."""

    @wraps(handler)
    def checked(name: str) -> R:
        if not is_staff() and fold(name) != fold(http.caller().name):
            raise denied(Subject.ROUTE)
        return handler(name)

    return checked


def is_staff() -> bool:
    """Return whether the caller is what the API calls `is_staff`, and may write."""
    caller = http.caller()
    return caller.is_admin and caller.scope != "read"


def _refuse_other_answers() -> None:
    accepted = request.headers.get("Accept", "*/*")
    if "*/*" in accepted or "application/json" in accepted or request.accept_mimetypes.best_match(["application/json"]):
        return
    raise Refusal(Code.UNSUPPORTED, "Could not satisfy the request Accept header.", Subject.ROUTE)


def _caller() -> Caller:
    house = http.house()
    secret = _bearer(request.headers.get("Authorization", ""))
    if secret.startswith(house_tokens.PREFIXES[house_tokens.OWN]):
        return _by_house_token(secret)
    claims = tokens.read(house.settings.secret_key, secret, "access")
    return _standing_caller(claims)


def _node(header: str | None) -> int | None:
    if header is None:
        return None
    if not re.fullmatch(r"[ ]*[0-9]{1,18}[ ]*", header, re.ASCII):
        raise Refusal(Code.INVALID, "The Node-Id header is not the number of a node.", Subject.NODE)
    return nodes.greet(http.house().database, http.caller(), int(header))


def _bearer(header: str) -> str:
    scheme, *values = header.split()[:3] or [""]
    if scheme != "Bearer":
        raise Refusal(Code.UNIDENTIFIED, "Authentication credentials were not provided.", Subject.CREDENTIAL)
    if len(values) != 1:
        message = "Authorization header must contain two space-delimited values"
        raise Refusal(Code.UNIDENTIFIED, message, Subject.CREDENTIAL, details={"code": "bad_authorization_header"})
    return values[0]


def _by_house_token(secret: str) -> Caller:
    try:
        return house_tokens.caller_of(http.house().database, secret, (), "ufdl", request.remote_addr)
    except Refusal as refusal:
        if refusal.code is Code.UNIDENTIFIED:
            raise tokens.not_valid("access") from None
        raise


def _standing_caller(claims: tokens.Claims) -> Caller:
    try:
        return sign_ins.caller_by_claim(
            http.house().database, claims.user_id, claims.version, "ufdl", request.remote_addr
        )
    except Refusal as refusal:
        if refusal.code is not Code.UNIDENTIFIED:
            raise
        message, code = _REASONS[str(refusal.details["reason"])]
        raise Refusal(Code.UNIDENTIFIED, message, Subject.CREDENTIAL, details={"code": code}) from None


def _standing(token: str, *kinds: str) -> tokens.Claims:
    claims = tokens.read(http.house().settings.secret_key, token, *kinds)
    _standing_caller(claims)
    return claims
