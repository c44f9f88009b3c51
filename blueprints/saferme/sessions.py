"""Sessions of SaferMe's API: a sign-in makes a pair of tokens. It knows no body and no status."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from blueprints.saferme.auth import CHANNEL, KIND
from blueprints.saferme.errors import bad_sign_in
from blueprints.saferme.wire import SignIn, SignUp
from core import accounts, sign_ins, tokens
from core.access import Caller
from core.database import Database
from core.errors import Code, Refusal, Subject
from models import Role, Token, User

LIFETIME: Final = timedelta(days=365)  # a client of theirs takes less than eleven months for stale


def open_session(database: Database, asked: SignIn, address: str) -> tuple[User, tokens.Minted]:
    """Return the user of that name or e-mail address and password, with a new pair of tokens; refuses as `sign_ins`."""
    try:
        user = sign_ins.check_password(database, accounts.name_of(database, asked.email), asked.password, address)
    except Refusal as refusal:
        raise bad_sign_in(refusal) from None
    caller = Caller(user.id, user.name, Role(user.role), "write", CHANNEL, address)
    return user, _minted(database, caller, user, {"app_bundle_id": asked.app_bundle_id})


def sign_up(database: Database, caller: Caller, asked: SignUp) -> tuple[User, tokens.Minted]:
    """Make an editor's account with a session; administrators only (DECISIONS 10). Refuses as `accounts.add`."""
    command = accounts.AddUser(asked.email, Role.EDITOR.value, asked.password, asked.email, asked.full_name)
    user = accounts.add(database, caller, command)
    return user, _minted(database, caller, user, {})


def require_session(token: Token) -> None:
    """Refuse DENIED for a token that no sign-in made: it is ended where it was made."""
    if token.kind != KIND:
        raise Refusal(Code.DENIED, "This token is no session; revoke it on the pages.", Subject.TOKEN)


def _minted(database: Database, caller: Caller, user: User, facts: Mapping[str, str]) -> tokens.Minted:
    command = tokens.MintToken(user.id, KIND, "SaferMe session", lifetime=LIFETIME, pair=True, facts=facts)
    return tokens.mint(database, caller, command)
