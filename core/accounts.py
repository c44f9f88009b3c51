"""Users: made, found, changed. It knows no cookie and no header; tokens and sign-ins stand on it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from msgspec import UNSET, UnsetType
from sqlalchemy import ColumnElement, select, text
from sqlalchemy.orm import Session

from core import audit, clock, passwords
from core.access import Caller, require_admin
from core.bounds import is_number, is_text
from core.database import Database
from core.errors import Code, Refusal, Subject, conflict, denied, invalid, not_found
from core.folding import fold, normal
from models import Group, Role, User

_NAME = re.compile(r"[^\s:/\\\x00-\x1f\x7f](?:[^:/\x00-\x1f\x7f]{0,148}[^\s:/\x00-\x1f\x7f])?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True)
class AddUser:
    """Make an account of a person or an application."""

    name: str
    role: str
    password: str | None = None  # None: nobody signs in with a password
    email: str | None = None
    full_name: str = ""
    is_application: bool = False
    is_guest: bool = False


@dataclass(frozen=True, slots=True)
class ReviseUser:
    """Change what is given of a user; the name never changes."""

    full_name: str | UnsetType = UNSET
    email: str | UnsetType | None = UNSET
    role: str | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    password: str | UnsetType = UNSET
    facts: Mapping[str, str | None] | UnsetType = UNSET  # merged; None removes one
    department_id: int | UnsetType | None = UNSET
    supervisor_id: int | UnsetType | None = UNSET


def add(database: Database, caller: Caller, command: AddUser) -> User:
    """Make an account; refuses DENIED, INVALID and CONFLICT."""
    require_admin(caller)
    user = _built(command)
    with database.writing() as session:
        _refuse_taken(session, user)
        session.add(user)
        session.flush()
        audit.note(session, caller, "add", Subject.USER, user.id, name=user.name, role=user.role)
    return user


def add_first(database: Database, command: AddUser) -> User:
    """Make the first administrator; refuses CONFLICT once there is any account."""
    user = _built(command)
    with database.writing() as session:
        _keep_others_out(session)
        if session.scalar(select(User.id).limit(1)):
            raise conflict("There is an account already.", Subject.USER)
        session.add(user)
    return user


def is_empty(database: Database) -> bool:
    """Return whether there is no account yet."""
    with database.reading() as session:
        return session.scalar(select(User.id).limit(1)) is None


def find(database: Database, name: str) -> User:
    """Return the user of that name, without case; refuses NOT_FOUND."""
    if not is_text(name):
        raise not_found(Subject.USER)
    return _found(database, User.name_key == fold(name))


def find_by_id(database: Database, user_id: int) -> User:
    """Return the user of that id; refuses NOT_FOUND."""
    if not is_number(user_id):
        raise not_found(Subject.USER)
    return _found(database, User.id == user_id)


def find_by_guid(database: Database, guid: uuid.UUID) -> User:
    """Return the user of that GUID; refuses NOT_FOUND."""
    return _found(database, User.guid == guid)


def find_represented(database: Database, caller: Caller, name: str | None) -> User:
    """Return the user that a caller acts for: themselves, or as an administrator the one of that name.

    Refuses DENIED, before anybody learns whether there is such a user, and NOT_FOUND.
    """
    wanted = caller.name if name is None else name
    if fold(wanted) != fold(caller.name):
        require_admin(caller)
    return find(database, wanted)


def find_holder(database: Database, name: str, *, is_group: bool = False) -> User | Group:
    """Return the user or the group of that name, without case, that a record may be shared with; refuses NOT_FOUND."""
    if not is_group:
        return find(database, name)
    with database.reading() as session:
        group = session.scalar(select(Group).where(Group.name_key == fold(name)))
    if group is None:
        raise not_found(Subject.GROUP)
    return group


def name_of(database: Database, login: str) -> str:
    """Return the name of the user with that e-mail address; for any other text, the text itself."""
    with database.reading() as session:
        return session.scalar(select(User.name).where(User.email_key == fold(login.strip()))) or login


def act_for(database: Database, caller: Caller, guid: uuid.UUID) -> Caller:
    """Return the caller that acts for another person: with that person's rights, and the credential's own scope.

    Only an administrator's credential may, for it could do all of that anyway; nobody gains a right. Refuses DENIED, and
    NOT_FOUND for a GUID that is no enabled user's.
    """
    require_admin(caller)
    user = find_by_guid(database, guid)
    if not user.enabled:
        raise not_found(Subject.USER)
    return replace(caller, user_id=user.id, name=user.name, role=Role(user.role), through=caller.name)


def all_users(database: Database) -> Sequence[User]:
    """Return every user, by name."""
    with database.reading() as session:
        return session.scalars(select(User).order_by(User.name_key)).all()


def revise(database: Database, caller: Caller, user_id: int, command: ReviseUser) -> User:
    """Change what is given of a user; a new password, role or state ends every credential they had.

    Users change their own profile and password; the rest is for administrators. The last enabled administrator stays
    one. Refuses NOT_FOUND, DENIED, INVALID and CONFLICT.
    """
    _require_may_revise(caller, user_id, command)
    secret = None if command.password is UNSET else _new_hash(command.password)
    with database.writing() as session:
        user = session.get(User, user_id, with_for_update=True)
        if user is None:
            raise not_found(Subject.USER)
        _revise_profile(session, user, command)
        _revise_standing(session, user, command)
        if secret is not None:
            passwords.check(str(command.password), user.name)
            user.password_hash = secret
            user.credential_version += 1
        audit.note(session, caller, "revise", Subject.USER, user.id, name=user.name)
        return user


def _built(command: AddUser) -> User:
    if command.password is not None:
        passwords.check(command.password, command.name)
    name = _checked_name(command.name)
    email = _checked_email(command.email)
    return User(
        name=name,
        name_key=fold(name),
        full_name=_checked_full_name(command.full_name),
        email=email,
        email_key=None if email is None else fold(email),
        role=_checked_role(command.role).value,
        is_application=command.is_application,
        is_guest=command.is_guest,
        password_hash=None if command.password is None else passwords.hashed(command.password),
        created_at=clock.now(),
    )


def _new_hash(password: str) -> str:
    passwords.check(password)
    return passwords.hashed(password)


def _keep_others_out(session: Session) -> None:
    # No row is there yet that could be locked. SQLite has one writer anyway.
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text(f"LOCK TABLE {User.__tablename__} IN SHARE ROW EXCLUSIVE MODE"))


def _refuse_taken(session: Session, user: User) -> None:
    if session.scalar(select(User.id).where(User.name_key == user.name_key)):
        raise conflict(f"There is a user called “{user.name}” already.", Subject.USER, "name")
    _refuse_taken_email(session, user.email_key, None)


def _refuse_taken_email(session: Session, email_key: str | None, own_id: int | None) -> None:
    if email_key is None:
        return
    other = session.scalar(select(User.id).where(User.email_key == email_key, User.id != (own_id or 0)))
    if other is not None:
        raise conflict("Another user has this e-mail address.", Subject.USER, "email")


def _found(database: Database, condition: ColumnElement[bool]) -> User:
    with database.reading() as session:
        user = session.scalar(select(User).where(condition))
    if user is None:
        raise not_found(Subject.USER)
    return user


def _require_may_revise(caller: Caller, user_id: int, command: ReviseUser) -> None:
    if caller.scope == "read":
        raise denied(Subject.USER)
    if caller.is_admin:
        return
    standing = (command.role, command.enabled, command.department_id, command.supervisor_id)
    if caller.user_id != user_id or any(given is not UNSET for given in standing):
        raise denied(Subject.USER)


def _revise_profile(session: Session, user: User, command: ReviseUser) -> None:
    if command.full_name is not UNSET:
        user.full_name = _checked_full_name(command.full_name)
    if command.email is not UNSET:
        user.email = _checked_email(command.email)
        user.email_key = None if user.email is None else fold(user.email)
        _refuse_taken_email(session, user.email_key, user.id)
    if command.facts is not UNSET:
        merged = {**user.facts, **command.facts}
        user.facts = {name: value for name, value in merged.items() if value is not None}
    if command.department_id is not UNSET:
        user.department_id = command.department_id
    if command.supervisor_id is not UNSET:
        user.supervisor_id = command.supervisor_id


def _revise_standing(session: Session, user: User, command: ReviseUser) -> None:
    role = user.role if command.role is UNSET else _checked_role(command.role).value
    enabled = user.enabled if command.enabled is UNSET else command.enabled
    if (role, enabled) == (user.role, user.enabled):
        return
    counts = user.role == Role.ADMIN and user.enabled and not user.is_application
    if counts and _is_last_admin(session):
        raise Refusal(Code.CONFLICT, "The last administrator stays one.", Subject.USER, "role")
    user.role, user.enabled = role, enabled
    user.credential_version += 1


def _is_last_admin(session: Session) -> bool:
    people = (User.role == Role.ADMIN.value, User.enabled.is_(True), User.is_application.is_(False))
    # Locked, lest two administrators take the role from each other at the same moment.
    return len(session.scalars(select(User.id).where(*people).order_by(User.id).with_for_update()).all()) <= 1


def _checked_name(name: str) -> str:
    cleaned = normal(name)
    if not _NAME.fullmatch(cleaned):
        message = "A user name has 1 to 150 characters, no colon, slash or control character, and no blank at its ends."
        raise invalid("name", message, Subject.USER)
    return cleaned


def _checked_full_name(full_name: str) -> str:
    cleaned = normal(full_name).strip()
    if len(cleaned) > 255 or not cleaned.isprintable():
        raise invalid("full_name", "A full name has at most 255 printable characters.", Subject.USER)
    return cleaned


def _checked_email(email: str | None) -> str | None:
    cleaned = normal(email or "").strip()
    if not cleaned:
        return None
    if len(cleaned) > 254 or not _EMAIL.fullmatch(cleaned):
        raise invalid("email", "This is not an e-mail address.", Subject.USER)
    return cleaned


def _checked_role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise invalid("role", f"A role is one of {', '.join(Role)}.", Subject.USER) from None
