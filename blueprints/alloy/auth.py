"""Who speaks to this API: a bearer token, and for whom it acts. It mints nothing and knows no route but the token's."""

from __future__ import annotations

from flask import request

from blueprints import http
from blueprints.alloy.ids import read_guid
from core import accounts, tokens
from core.errors import Subject, not_found

CHANNEL = "alloy"
KINDS = ("alloy",)  # beside Addenda's own


def identify() -> None:
    """Turn the Authorization header into the caller of this request (seed: `Authorization: bearer <token>`).

    The token call goes without. Raises Refusal(UNIDENTIFIED), and for Impersonating-User-Id as `act_for` does.
    """
    if request.endpoint == "alloy.grant_token":
        return
    scheme, secret = http.parse_authorization(request.headers.get("Authorization"))
    if scheme != "bearer":
        raise http.unidentified("A bearer token is needed here.")
    database = http.house().database
    caller = tokens.caller_of(database, secret, KINDS, CHANNEL, request.remote_addr)
    http.set_caller(caller)
    acted_for = request.headers.get("Impersonating-User-Id")
    if acted_for is not None:
        guid = read_guid(acted_for)
        if guid is None:
            raise not_found(Subject.USER)
        http.set_caller(accounts.act_for(database, caller, guid))
