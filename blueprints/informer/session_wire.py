"""Log-ins, sessions and tokens on the wire (sheet §1)."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

from flask import Request
from msgspec import Meta, Struct

from blueprints.informer.auth import CHANNEL, JWT
from blueprints.informer.hal import Payload, link, stamp
from blueprints.informer.wire import Moment, Object, in_utc, read_body, read_json_body
from core import clock
from core.commands import Attempt
from core.errors import Subject, invalid
from core.folding import fold
from core.tokens import OWN, MintToken

if TYPE_CHECKING:
    from core.sign_ins import SignedIn
    from core.tokens import Minted
    from models import Session, Token, User

KINDS: Final = (OWN, CHANNEL)  # of tokens that can be used here
TENANT: Final = "addenda"
IDLE: Final = timedelta(hours=8)

_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?")
_RELATED: Final = ("reportId", "datasetId", "queryId", "assistantId")
_SYSTEMS: Final = ("Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux")
_BROWSERS: Final = ("Edg", "OPR", "Firefox", "Chrome", "Safari", "curl")
_SHOWN_BROWSERS: Final = {"Edg": "Edge", "OPR": "Opera"}

Word = Annotated[str, Meta(min_length=1, max_length=100)]


class LogIn(Struct):
    """The body of a log-in; `mfaConfig` may be there and is not needed: there is no second factor."""

    username: Annotated[str, Meta(min_length=1)]
    password: str


class NewToken(Struct, rename="camel"):
    """The body of `POST /api/tokens`."""

    type: Word
    username: Word | None = None
    notes: str | None = None
    read_only: bool = False
    restrict: str | None = None
    host: str | None = None
    cidr: str | None = None
    report_id: Word | None = None
    dataset_id: Word | None = None
    query_id: Word | None = None
    assistant_id: Word | None = None
    data: Object | None = None
    expires_at: Moment | None = None


def read_log_in(request: Request, limit: int, domain: str, address: str) -> Attempt:
    """Read a name and a password; refuses INVALID for another domain than `local`, or without either."""
    if domain != "local":
        raise invalid("domain", "There is no such log-in domain; use local.", Subject.ROUTE)
    wants_redirect(request)
    body = read_json_body(request, limit, LogIn)
    return Attempt(body.username, body.password, CHANNEL, address, request.headers.get("User-Agent", ""))


def wants_redirect(request: Request) -> bool:
    """Read the query's `redirect`; refuses INVALID for what is no boolean."""
    given = request.args.get("redirect", "false").lower()
    if given not in ("true", "false"):
        raise invalid("redirect", "“redirect” is true or false.", Subject.QUERY)
    return given == "true"


def read_new_token(request: Request, limit: int) -> NewToken:
    """Read the token to mint; refuses INVALID."""
    body = read_body(request, limit, NewToken)
    if body.restrict not in (None, "host", "cidr"):
        raise invalid("restrict", "A token is restricted by host or by cidr.", Subject.TOKEN)
    if body.restrict is None and body.host and body.cidr:
        raise invalid("restrict", "Say which of host and cidr restricts the token.", Subject.TOKEN)
    if (body.restrict == "host" and not body.host) or (body.restrict == "cidr" and not body.cidr):
        raise invalid(str(body.restrict), "The value of the restriction is missing.", Subject.TOKEN)
    if body.host and not _HOST.fullmatch(body.host):
        raise invalid("host", "This is not the name of a host.", Subject.TOKEN)
    return body


def command(body: NewToken, user_id: int) -> MintToken:
    """Return the command that mints a token for a user."""
    lifetime = None if body.expires_at is None else in_utc(body.expires_at, "expiresAt") - clock.now()
    return MintToken(
        user_id=user_id,
        kind=CHANNEL,
        label=body.notes or "",
        scope="read" if body.read_only else "write",
        lifetime=lifetime,
        host=body.host if body.restrict != "cidr" else None,
        cidr=body.cidr if body.restrict != "host" else None,
        facts={
            "type": body.type,
            "reportId": body.report_id,
            "datasetId": body.dataset_id,
            "queryId": body.query_id,
            "assistantId": body.assistant_id,
            "data": body.data or {},
        },
    )


def wanted(request: Request, row: Token | Session) -> bool:
    """Tell whether a row is of the user that `username` asks for, and a token of the report and so on asked for."""
    name = request.args.get("username")
    related = {other: request.args[other] for other in _RELATED if other in request.args}
    facts = getattr(row, "facts", {})
    return (name is None or fold(name) == row.user.name_key) and all(facts.get(o) == v for o, v in related.items())


def show_log_in(signed_in: SignedIn) -> Payload:
    """Return the reply to a log-in; `jwt` is accepted as a Bearer token, `wsToken` opens nothing yet."""
    return {
        "user": _show_user(signed_in.user),
        "sid": signed_in.secret,
        "jwt": JWT + signed_in.secret,
        "wsToken": secrets.token_urlsafe(24),
        "locale": "en-US",
        "lang": "en",
    }


def show_minted(minted: Minted) -> Payload:
    """Return a new token with its secret: the only time that it is shown."""
    return {**show_token(minted.token), "token": minted.secret}


def show_token(token: Token) -> Payload:
    """Return a token; of its secret only the beginning."""
    restrict = "cidr" if token.cidr else "host" if token.host else None
    return {
        "id": str(token.guid),
        "username": token.user.name,
        "type": token.facts.get("type", "personal"),
        "notes": token.label,
        "token": f"{token.hint}…",
        "readOnly": token.scope == "read",
        "restrict": restrict,
        "host": token.host,
        "cidr": token.cidr,
        **{name: token.facts.get(name) for name in _RELATED},
        "data": token.facts.get("data", {}),
        "createdAt": stamp(token.created_at),
        "expiresAt": stamp(token.expires_at),
        "_links": {"self": link(f"/api/tokens/{token.guid}")},
    }


def show_session(session: Session) -> Payload:
    """Return a session; requests are not counted, so their number is not given."""
    agent = session.user_agent
    return {
        "id": str(session.guid),
        "tenant": TENANT,
        "username": session.user.name,
        "parent": None,
        "active": True,
        "ip": session.address,
        "osName": next((name for name in _SYSTEMS if name in agent), None),
        "browserName": next((_SHOWN_BROWSERS.get(name, name) for name in _BROWSERS if name in agent), None),
        "user": _show_user(session.user),
        "createdAt": stamp(session.created_at),
        "updatedAt": stamp(session.last_seen_at),
        "lastAccessedAt": stamp(session.last_seen_at),
        "expiresAt": stamp(min(session.expires_at, session.last_seen_at + IDLE)),
        "_links": {"self": link(f"/api/sessions/{session.guid}")},
    }


def _show_user(user: User) -> dict[str, Any]:
    return {
        "username": user.name,
        "displayName": user.shown_name,
        "email": user.email,
        "domain": "local",
        "enabled": user.enabled,
        "superuser": user.role == "admin",
        "_links": {"self": link(f"/api/users/{user.name}")},
    }
