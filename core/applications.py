"""Application accounts: users that are programs, each with a secret instead of a password. It knows no API."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete

from core import accounts, audit, tokens
from core.access import Caller, require_admin
from core.accounts import AddUser
from core.database import Database
from core.errors import Subject, not_found
from core.grants import CLIENT
from core.tokens import MintToken
from models import Token, User


@dataclass(frozen=True, slots=True)
class Credentials:
    """An application with its secret, which is shown once."""

    user: User
    secret: str


def add(database: Database, caller: Caller, name: str, role: str) -> Credentials:
    """Make an application account that acts with a role; refuses DENIED, INVALID and CONFLICT."""
    user = accounts.add(database, caller, AddUser(name, role, is_application=True))
    return Credentials(user, tokens.mint(database, caller, MintToken(user.id, CLIENT)).secret)


def renew(database: Database, caller: Caller, name: str) -> Credentials:
    """Give an application a new secret; the old one, and every token it was given for it, is dead at once.

    Refuses DENIED, and NOT_FOUND for a name that is no application's.
    """
    require_admin(caller)
    user = accounts.find(database, name)
    if not user.is_application:
        raise not_found(Subject.USER)
    with database.writing() as session:
        session.execute(delete(Token).where(Token.user_id == user.id, Token.kind != tokens.OWN))
        audit.note(session, caller, "renew", Subject.TOKEN, user.id, user=user.name)
    return Credentials(user, tokens.mint(database, caller, MintToken(user.id, CLIENT)).secret)
