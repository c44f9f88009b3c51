"""API tokens: minted, recognised, revoked; only hashes are kept. It knows no header and no cookie."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import secrets
import socket
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import joinedload

from core import audit, clock, submissions
from core.access import Caller
from core.bounds import is_text
from core.database import Database
from core.errors import Code, Refusal, Subject, conflict, denied, invalid, not_found
from models import Role, Token, User

_HOST = re.compile(r"[A-Za-z0-9._:-]{1,255}")

OWN = "addenda"  # the kind that works in every API (DECISIONS 11)
STAMP_EVERY = timedelta(minutes=1)
RENEWABLE = timedelta(days=30)  # how long after its end a pair can still be renewed
PREFIXES = {OWN: "adt_", "informer": "i5t_", "alloy": "", "saferme": "smt_", "client": "ads_"}


@dataclass(frozen=True, slots=True)
class MintToken:
    """Make a token that acts as a user."""

    user_id: int
    kind: str = OWN
    label: str = ""
    scope: str = "write"
    lifetime: timedelta | None = None  # None: no end
    pair: bool = False  # with a second secret that renews it
    host: str | None = None
    cidr: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Minted:
    """A new token with its secrets, which are shown once and then forgotten."""

    token: Token
    secret: str
    pair_secret: str | None = None


def hash_of(secret: str) -> str:
    """Return what is kept of a secret; it has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def mint(database: Database, caller: Caller, command: MintToken, nonce: str | None = None) -> Minted:
    """Make a token for the caller, or as an administrator for anybody; refuses DENIED, NOT_FOUND and INVALID.

    A form sent twice (`nonce`) is refused CONFLICT the second time: its secret was shown.
    """
    if not caller.is_admin and caller.user_id != command.user_id:
        raise denied(Subject.TOKEN)
    if caller.scope == "read" and command.scope != "read":
        raise denied(Subject.TOKEN)
    _check(command)
    secret, pair = _secret(command.kind), _secret(command.kind) if command.pair else None
    with database.writing() as session:
        if submissions.look_for(session, caller, nonce) is not None:
            raise conflict("This form was sent already; the token is in the list below.", Subject.TOKEN)
        user = session.get(User, command.user_id)
        if user is None:
            raise not_found(Subject.USER)
        token = _row(user, command, secret, pair)
        session.add(token)
        session.flush()
        submissions.note(session, caller, nonce, str(token.guid))
        audit.note(session, caller, "mint", Subject.TOKEN, token.id, kind=token.kind, user=user.name)
    return Minted(token, secret, pair)


def caller_of(
    database: Database, secret: str, kinds: Collection[str], channel: str, address: str | None = None
) -> Caller:
    """Return who a token stands for; refuses UNIDENTIFIED for one that is unknown, dead, or used from elsewhere.

    `kinds` are the kinds that this API takes beside Addenda's own.
    """
    return recognise(database, secret, kinds, channel, address)[0]


def recognise(
    database: Database, secret: str, kinds: Collection[str], channel: str, address: str | None = None
) -> tuple[Caller, Token]:
    """Return who a token stands for, and its row; refuses as `caller_of`."""
    with database.reading() as session:
        token = session.scalar(select(Token).where(Token.hash == hash_of(secret)).options(joinedload(Token.user)))
    if token is None or (token.kind != OWN and token.kind not in kinds) or not _is_alive(token):
        raise _unknown()
    if not _may_come_from(token, address):
        raise _unknown()
    _stamp(database, token)
    user = token.user
    caller = Caller(user.id, user.name, Role(user.role), token.scope, channel, address, token.id)
    return caller, token


def tokens_of(
    database: Database, caller: Caller, user_id: int | None = None, kinds: Collection[str] | None = None
) -> Sequence[Token]:
    """Return tokens, newest first: the caller's, or as an administrator those of one user or (None) of all."""
    with database.reading() as session:
        statement = select(Token).options(joinedload(Token.user)).order_by(Token.id.desc())
        if not caller.is_admin:
            statement = statement.where(Token.user_id == caller.user_id)
        if user_id is not None:
            statement = statement.where(Token.user_id == user_id)
        if kinds is not None:
            statement = statement.where(Token.kind.in_(kinds))
        return session.scalars(statement).all()


def find(database: Database, caller: Caller, guid: uuid.UUID, kinds: Collection[str] | None = None) -> Token:
    """Return one token of the caller's, or any as an administrator, of those kinds; refuses NOT_FOUND."""
    with database.reading() as session:
        token = session.scalar(select(Token).where(Token.guid == guid).options(joinedload(Token.user)))
    if token is None or (kinds is not None and token.kind not in kinds):
        raise not_found(Subject.TOKEN)
    if not (caller.is_admin or token.user_id == caller.user_id):
        raise not_found(Subject.TOKEN)
    return token


def revoke(database: Database, caller: Caller, guid: uuid.UUID) -> None:
    """End a token at once; refuses NOT_FOUND, and DENIED to a read-only credential."""
    token = find(database, caller, guid)
    if caller.scope == "read":
        raise denied(Subject.TOKEN)
    with database.writing() as session:
        session.execute(delete(Token).where(Token.id == token.id))
        audit.note(session, caller, "revoke", Subject.TOKEN, token.id, kind=token.kind)


def renew(database: Database, secret: str, pair_secret: str, lifetime: timedelta) -> Minted:
    """Give a pair new secrets; the old ones die at once. Refuses UNIDENTIFIED unless both belong together."""
    fresh, pair = "", ""
    with database.writing() as session:
        both = (Token.hash == hash_of(secret), Token.pair_hash == hash_of(pair_secret))
        token = session.scalar(select(Token).where(*both).options(joinedload(Token.user)).with_for_update(of=Token))
        if token is None or not _stands(token):
            raise _unknown()
        fresh, pair = _secret(token.kind), _secret(token.kind)
        token.hash, token.pair_hash, token.hint = hash_of(fresh), hash_of(pair), fresh[:10]
        token.expires_at = clock.now() + lifetime
    return Minted(token, fresh, pair)


def drop_dead(database: Database, before: datetime) -> int:
    """Remove tokens that expired before a time, those that can be renewed a month later; return how many."""
    over = or_(Token.pair_hash.is_(None) & (Token.expires_at < before), Token.expires_at < before - RENEWABLE)
    with database.writing(frees=True) as session:
        gone = session.execute(delete(Token).where(over).returning(Token.id)).all()
    return len(gone)


def _check(command: MintToken) -> None:
    if command.scope not in ("read", "write"):
        raise invalid("scope", "A token's scope is read or write.", Subject.TOKEN)
    if len(command.label) > 255 or not is_text(command.label):
        raise invalid("label", "A label has at most 255 characters, none of them NUL.", Subject.TOKEN)
    if command.lifetime is not None and command.lifetime <= timedelta(0):
        raise invalid("expires", "The end of a token lies ahead.", Subject.TOKEN)
    if command.host is not None and not _HOST.fullmatch(command.host):
        raise invalid("host", "This is not the name of a host.", Subject.TOKEN)
    if command.cidr is not None:
        try:
            ipaddress.ip_network(command.cidr, strict=False)
        except ValueError:
            raise invalid("cidr", "This is not a range of addresses.", Subject.TOKEN) from None


def _secret(kind: str) -> str:
    return PREFIXES.get(kind, "") + secrets.token_urlsafe(32)


def _row(user: User, command: MintToken, secret: str, pair: str | None) -> Token:
    now = clock.now()
    return Token(
        kind=command.kind,
        user=user,
        hash=hash_of(secret),
        pair_hash=None if pair is None else hash_of(pair),
        hint=secret[:10],
        label=command.label,
        scope=command.scope,
        host=command.host,
        cidr=command.cidr,
        facts=dict(command.facts),
        credential_version=user.credential_version,
        created_at=now,
        expires_at=None if command.lifetime is None else now + command.lifetime,
    )


def _is_alive(token: Token) -> bool:
    return _stands(token) and (token.expires_at is None or token.expires_at > clock.now())


def _stands(token: Token) -> bool:
    return token.user.enabled and token.credential_version == token.user.credential_version


def _may_come_from(token: Token, address: str | None) -> bool:
    if token.cidr is None and token.host is None:
        return True
    if address is None:
        return False
    if token.cidr is not None:
        return _lies_in(address, token.cidr)
    return address in _addresses_of(token.host or "")


def _lies_in(address: str, cidr: str) -> bool:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False  # a local socket has none
    if isinstance(known, ipaddress.IPv6Address) and known.ipv4_mapped is not None:
        known = known.ipv4_mapped
    return known in ipaddress.ip_network(cidr, strict=False)


def _addresses_of(host: str) -> set[str]:
    try:
        return {str(entry[4][0]) for entry in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return set()


def _stamp(database: Database, token: Token) -> None:
    now = clock.now()
    if token.last_used_at is not None and now - token.last_used_at < STAMP_EVERY:
        return
    due: ColumnElement[bool] = or_(Token.last_used_at.is_(None), Token.last_used_at < now - STAMP_EVERY)
    database.jot(update(Token).where(Token.id == token.id, due).values(last_used_at=now))


def _unknown() -> Refusal:
    return Refusal(Code.UNIDENTIFIED, "The token is not valid.", Subject.CREDENTIAL)
