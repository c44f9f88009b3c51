"""The first administrator: a one-time code, shown where the server is started, opens the set-up page once. It knows no page.

Only the code's hash is kept, so every start makes a new code and the one before it is dead.
"""

from __future__ import annotations

import secrets

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core import accounts, passwords
from core.database import Database
from core.errors import Subject, invalid
from models import Fact, Role, User

_FACT = "setup_code"
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that reads like something else
_GROUPS, _LENGTH = 3, 4  # 12 characters, 59 bits


def offer(database: Database) -> str | None:
    """Return a new one-time code while there is no account, and None once there is one."""
    if not accounts.is_empty(database):
        return None
    code = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(_GROUPS))
    kept = passwords.hashed(_plain(code))
    with database.writing() as session:
        _forget(session)
        session.add(Fact(name=_FACT, value=kept))
    return code


def found(database: Database, code: str, name: str, password: str, full_name: str = "") -> User:
    """Make the first administrator against the code, which dies; refuses INVALID (field `code`, or a rule of accounts).

    Refuses CONFLICT once there is any account.
    """
    _require_code(database, code)
    command = accounts.AddUser(name=name, role=Role.ADMIN.value, password=password, full_name=full_name)
    user = accounts.add_first(database, command)
    with database.writing(frees=True) as session:
        _forget(session)
    return user


def _require_code(database: Database, code: str) -> None:
    with database.reading() as session:
        kept = session.get(Fact, _FACT)
    if not passwords.is_right(_plain(code), None if kept is None else str(kept.value)):
        raise invalid("code", "This is not the code that the last start of the server has shown.", Subject.CREDENTIAL)


def _plain(code: str) -> str:
    return "".join(character for character in code.upper() if character in _ALPHABET)[:64]


def _forget(session: Session) -> None:
    session.execute(delete(Fact).where(Fact.name == _FACT))
