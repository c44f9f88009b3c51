"""Tokens in exchange for a password, or for an application's id and secret. It knows no header and no form of reply."""

from __future__ import annotations

from datetime import timedelta

from core import sign_ins, tokens
from core.access import Caller
from core.commands import ByPassword, BySecret, Grant
from core.database import Database
from core.errors import Code, Refusal, Subject
from core.tokens import Minted, MintToken
from models import Role

CLIENT = "client"  # the kind of token that an application's secret is


def exchange(database: Database, grant: Grant, kind: str, lifetime: timedelta, address: str) -> Minted:
    """Mint a token of a kind for whoever the grant proves.

    Refuses UNIDENTIFIED, subject user for a wrong name or password and token for a wrong id or secret; and THROTTLED.
    """
    if isinstance(grant, ByPassword):
        caller = _person(database, grant, kind, address)
    else:
        caller = _application(database, grant, kind, address)
    command = MintToken(caller.user_id or 0, kind, scope=caller.scope, lifetime=lifetime)
    return tokens.mint(database, caller, command)


def _person(database: Database, grant: ByPassword, channel: str, address: str) -> Caller:
    user = sign_ins.check_password(database, grant.name, grant.password, address)
    return Caller(user.id, user.name, Role(user.role), "write", channel, address)


def _application(database: Database, grant: BySecret, channel: str, address: str) -> Caller:
    try:
        caller, token = tokens.recognise(database, grant.secret, (CLIENT,), channel, address)
    except Refusal as refusal:
        raise _unknown_client() from refusal
    if token.kind != CLIENT or token.user.guid != grant.client_id:
        raise _unknown_client()
    return caller


def _unknown_client() -> Refusal:
    return Refusal(Code.UNIDENTIFIED, "The application's id or secret is wrong.", Subject.TOKEN)
