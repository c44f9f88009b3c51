"""Signing in with a password, and the sessions that follow; failed tries are counted as rows. It knows no cookie."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.orm import joinedload

from core import audit, clock, passwords
from core.access import Caller
from core.commands import Attempt
from core.database import Database
from core.errors import Code, Refusal, Subject, denied, not_found
from core.folding import fold
from core.prepared import Prepared
from core.tokens import STAMP_EVERY, hash_of
from models import LoginAttempt, Role, Session, User

IDLE = timedelta(hours=8)
LONGEST = timedelta(days=7)
WINDOW = timedelta(minutes=15)
TRIES_FOR_A_NAME = 10  # failed tries at one name from one address in the window
TRIES_FROM_AN_ADDRESS = 100
_LONGEST_KEY = 600  # characters
_REMEMBERED = 60.0  # seconds that a verified name and password are remembered in the process

_key = secrets.token_bytes(32)
_verified: dict[bytes, tuple[float, int]] = {}
_verified_guard = threading.Lock()


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session with its secret, which the cookie holds."""

    session: Session
    user: User
    secret: str


def check_password(database: Database, name: str, password: str, address: str) -> User:
    """Return the user of that name and password; refuses UNIDENTIFIED for both being wrong alike, and THROTTLED.

    Unknown names, wrong passwords, disabled and application accounts take the same time and get the same answer.
    """
    key = _key_of(name)
    _refuse_throttled(database, key, address)
    user = _by_name(database, key)
    is_right = passwords.is_right(password, None if user is None else user.password_hash)
    if user is None or not is_right or not user.enabled or user.is_application:
        _note_failure(database, key, address)
        raise Refusal(Code.UNIDENTIFIED, "Unable to log in", Subject.CREDENTIAL)
    return user


def caller_by_password(database: Database, name: str, password: str, channel: str, address: str) -> Caller:
    """Return the caller of that name and password; a verified pair is remembered for a minute (DECISIONS 13)."""
    mark = hmac.digest(_key, f"{fold(name)}\0{password}".encode(errors="surrogatepass"), "sha256")
    user = _by_name(database, _key_of(name)) if _is_remembered(mark) else None
    if user is None or not user.enabled or _remembered_version(mark) != user.credential_version:
        user = check_password(database, name, password, address)
        _remember(mark, user.credential_version)
    return Caller(user.id, user.name, Role(user.role), "write", channel, address)


def sign_in(database: Database, attempt: Attempt) -> SignedIn:
    """Begin a session for a name and a password; refuses as `check_password` does."""
    user = check_password(database, attempt.name, attempt.password, attempt.address)
    return open_session(database, user, attempt.kind, attempt.address, attempt.user_agent)


def caller_by_claim(database: Database, user_id: int, version: int, channel: str, address: str | None) -> Caller:
    """Return the caller whom a signed claim of ours names, by one look at the row.

    Refuses UNIDENTIFIED; `reason` in the details says whether the user is unknown or disabled, or the claim outdated.
    """
    found = database.look(_STANDING, {"wanted": user_id})
    if not found:
        raise _outdated("unknown")
    (user,) = found
    if not user.enabled:
        raise _outdated("disabled")
    if user.credential_version != version:
        raise _outdated("outdated")
    _stamp_login(database, user_id, user.last_login_at)
    return Caller(user_id, user.name, Role(user.role), "write", channel, address)


def open_session(database: Database, user: User, kind: str, address: str | None, user_agent: str) -> SignedIn:
    """Begin a session of a user who has just proved who they are."""
    secret, now = secrets.token_urlsafe(32), clock.now()
    row = Session(
        kind=kind,
        hash=hash_of(secret),
        user_id=user.id,
        credential_version=user.credential_version,
        address=address,
        user_agent=user_agent[:400],
        created_at=now,
        last_seen_at=now,
        expires_at=now + LONGEST,
    )
    with database.writing() as session:
        session.add(row)
        session.execute(update(User).where(User.id == user.id).values(last_login_at=now))
        caller = Caller(user.id, user.name, Role(user.role), "write", kind, address)
        session.flush()
        audit.note(session, caller, "sign_in", Subject.USER, user.id)
    return SignedIn(row, user, secret)


def recognise(database: Database, secret: str, kind: str, address: str | None) -> tuple[Caller, Session]:
    """Return who a session's secret stands for; refuses UNIDENTIFIED once it is over.

    A session ends after 8 idle hours, after 7 days, and with any change of password, role or state of its user.
    """
    with database.reading() as reading:
        found = select(Session).where(Session.hash == hash_of(secret), Session.kind == kind)
        row = reading.scalar(found.options(joinedload(Session.user)))
    if row is None or not _is_alive(row):
        raise Refusal(Code.UNIDENTIFIED, "Please sign in.", Subject.CREDENTIAL)
    _stamp(database, row)
    user = row.user
    return Caller(user.id, user.name, Role(user.role), "write", kind, address), row


def end_session(database: Database, secret: str) -> None:
    """End a session; one that is over already is as good as ended."""
    with database.writing() as session:
        session.execute(delete(Session).where(Session.hash == hash_of(secret)))


def sessions_of(database: Database, caller: Caller, user_id: int | None = None) -> Sequence[Session]:
    """Return live sessions, newest first: the caller's, or as an administrator those of one user or (None) of all."""
    with database.reading() as session:
        statement = select(Session).options(joinedload(Session.user)).order_by(Session.id.desc())
        if not caller.is_admin:
            statement = statement.where(Session.user_id == caller.user_id)
        if user_id is not None:
            statement = statement.where(Session.user_id == user_id)
        return [row for row in session.scalars(statement) if _is_alive(row)]


def find_session(database: Database, caller: Caller, guid: uuid.UUID) -> Session:
    """Return one session of the caller's, or any as an administrator; refuses NOT_FOUND."""
    with database.reading() as session:
        row = session.scalar(select(Session).where(Session.guid == guid).options(joinedload(Session.user)))
    if row is None or not (caller.is_admin or row.user_id == caller.user_id):
        raise not_found(Subject.CREDENTIAL)
    return row


def end_other(database: Database, caller: Caller, guid: uuid.UUID) -> None:
    """End one session of the caller's, or any as an administrator; refuses NOT_FOUND and DENIED."""
    row = find_session(database, caller, guid)
    if caller.scope == "read":
        raise denied(Subject.CREDENTIAL)
    with database.writing() as session:
        session.execute(delete(Session).where(Session.id == row.id))
        audit.note(session, caller, "end_session", Subject.CREDENTIAL, row.id)


def drop_dead(database: Database) -> None:
    """Remove sessions that are over and tries that no longer count."""
    now = clock.now()
    with database.writing(frees=True) as session:
        session.execute(delete(Session).where((Session.expires_at < now) | (Session.last_seen_at < now - IDLE)))
        session.execute(delete(LoginAttempt).where(LoginAttempt.at < now - WINDOW))


_USERS = User.__table__.c
_STANDING = Prepared(
    select(_USERS.name, _USERS.role, _USERS.enabled, _USERS.credential_version, _USERS.last_login_at).where(
        _USERS.id == bindparam("wanted")
    )
)


def _outdated(reason: str) -> Refusal:
    message = "The token is not valid any more."
    return Refusal(Code.UNIDENTIFIED, message, Subject.CREDENTIAL, details={"reason": reason})


def _stamp_login(database: Database, user_id: int, last: datetime | None) -> None:
    now = clock.now()
    if last is not None and now - last < STAMP_EVERY:
        return
    due = or_(User.last_login_at.is_(None), User.last_login_at < now - STAMP_EVERY)
    database.jot(update(User).where(User.id == user_id, due).values(last_login_at=now))


def _refuse_throttled(database: Database, name_key: str, address: str) -> None:
    recent = (LoginAttempt.at > clock.now() - WINDOW, LoginAttempt.address == address)
    with database.reading() as session:
        counted = select(func.count()).select_from(LoginAttempt).where(*recent)
        from_address = session.scalar(counted) or 0
        for_name = session.scalar(counted.where(LoginAttempt.name_key == name_key)) or 0
    if for_name >= TRIES_FOR_A_NAME or from_address >= TRIES_FROM_AN_ADDRESS:
        wait = int(WINDOW.total_seconds())
        raise Refusal(Code.THROTTLED, "Too many failed tries; please wait.", Subject.CREDENTIAL, retry_after=wait)


def _note_failure(database: Database, name_key: str, address: str) -> None:
    with database.writing() as session:
        session.add(LoginAttempt(name_key=name_key, address=address, at=clock.now()))


def _key_of(name: str) -> str:
    # What no column holds is no user's name, but counts as a try; NUL and half pairs become question marks.
    return fold(name.encode(errors="replace").decode().replace("\0", "?"))[:_LONGEST_KEY]


def _by_name(database: Database, name_key: str) -> User | None:
    with database.reading() as session:
        return session.scalar(select(User).where(User.name_key == name_key))


def _is_remembered(mark: bytes) -> bool:
    with _verified_guard:
        until, _ = _verified.get(mark, (0.0, 0))
    return until > time.monotonic()


def _remembered_version(mark: bytes) -> int:
    with _verified_guard:
        return _verified.get(mark, (0.0, 0))[1]


def _remember(mark: bytes, version: int) -> None:
    now = time.monotonic()
    with _verified_guard:
        for old in [kept for kept, (until, _) in _verified.items() if until <= now]:
            del _verified[old]
        _verified[mark] = (now + _REMEMBERED, version)


def _is_alive(row: Session) -> bool:
    now, user = clock.now(), row.user
    is_current = user.enabled and row.credential_version == user.credential_version
    return is_current and row.expires_at > now and row.last_seen_at > now - IDLE


def _stamp(database: Database, row: Session) -> None:
    now = clock.now()
    if now - row.last_seen_at < STAMP_EVERY:
        return
    database.jot(update(Session).where(Session.id == row.id).values(last_seen_at=now))
