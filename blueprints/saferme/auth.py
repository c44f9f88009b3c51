"""Who speaks to SaferMe's API, for which team and from which app. It knows no route but those that need no token."""

from __future__ import annotations

import re
from typing import Final

from flask import g, request

from blueprints import http
from core import tokens
from core.errors import Code, Refusal, Subject, invalid
from models import Token

CHANNEL: Final = "saferme"
KIND: Final = "saferme"
TEAM: Final = 1  # the one team of an instance (DECISIONS 5)
APPS: Final = frozenset({"com.thundermaps.saferme", "com.thundermaps.main"})

_TOKEN = re.compile(r'(?:token[ \t]*=[ \t]*)?"?([A-Za-z0-9._~+/=-]+)"?', re.IGNORECASE)
_OPEN: Final = frozenset({"saferme.open_session", "saferme.renew_session", "saferme.send_file"})


def identify() -> None:
    """Find out who speaks; refuses UNIDENTIFIED, INVALID for an unknown app, DENIED for another team."""
    if request.endpoint in _OPEN or request.method == "OPTIONS":
        return
    scheme, value = http.parse_authorization(request.headers.get("Authorization"))
    found = _TOKEN.fullmatch(value) if scheme in {"token", "bearer"} else None
    if found is None:
        raise http.unidentified("Send the access token as: Authorization: Token token=…")
    caller, token = tokens.recognise(http.house().database, found[1], (KIND,), CHANNEL, request.remote_addr)
    http.set_caller(caller)
    g.saferme_token = token
    _check_app()
    _check_team()


def token() -> Token:
    """Return the token that this request came with."""
    found: Token = g.saferme_token
    return found


def _check_app() -> None:
    given = request.headers.get("X-AppID")
    if given is not None and given not in APPS:
        raise invalid("app_id", "This app is not known here.", Subject.CREDENTIAL)


def _check_team() -> None:
    given = request.headers.get("X-TeamID")
    if given is not None and given.strip() != str(TEAM):
        raise Refusal(Code.DENIED, "You are not a member of this team.", Subject.GROUP)
