"""Log-in, log-out, sessions and tokens (sheet §1)."""

from __future__ import annotations

from flask import Response, request
from flask import redirect as send_to

from blueprints import http
from blueprints.informer import auth, hal
from blueprints.informer import session_wire as wire
from blueprints.informer.locate import json_limit
from blueprints.informer.wire import find_guid
from core import accounts, sign_ins, tokens
from core.access import require_writer
from core.errors import Subject


def log_in() -> Response:
    """Begin a session, as the introduction has it."""
    return log_in_to("local")


def log_in_to(domain: str) -> Response:
    """Begin a session, as the page on log-ins has it."""
    attempt = wire.read_log_in(request, json_limit(), domain, auth.address())
    signed_in = sign_ins.sign_in(http.house().database, attempt)
    response = hal.reply(wire.show_log_in(signed_in))
    if wire.wants_redirect(request):
        response.status_code, response.headers["Location"] = 302, "/"
    auth.set_cookie(response, signed_in.secret)
    return response


def log_out() -> Response:
    """End the session of the cookie, if there is one; another site cannot."""
    auth.require_meant(whatever_the_method=True)
    sign_ins.end_session(http.house().database, request.cookies.get(auth.COOKIE, ""))
    response = hal.nothing()
    if request.accept_mimetypes.best == "text/html":
        response = send_to("/")  # type: ignore[assignment]  # Flask's own class at run time
    auth.clear_cookie(response)
    return response


def list_sessions() -> Response:
    """List live sessions: the caller's, for an administrator everybody's; `username` narrows."""
    asked = hal.read_part(request.args)
    found = sign_ins.sessions_of(http.house().database, http.caller())
    shown = [wire.show_session(session) for session in found if wire.wanted(request, session)]
    return hal.collection("inf:session", "/api/sessions", len(shown), hal.cut(shown, asked), asked)


def show_session(session_id: str) -> Response:
    """Show one session."""
    guid = find_guid(session_id, Subject.CREDENTIAL)
    return hal.reply(wire.show_session(sign_ins.find_session(http.house().database, http.caller(), guid)))


def end_session(session_id: str) -> Response:
    """End one session."""
    sign_ins.end_other(http.house().database, http.caller(), find_guid(session_id, Subject.CREDENTIAL))
    return hal.nothing()


def list_tokens() -> Response:
    """List the tokens that work here: the caller's, for an administrator everybody's; the published filters narrow."""
    asked = hal.read_part(request.args)
    found = tokens.tokens_of(http.house().database, http.caller(), kinds=wire.KINDS)
    shown = [wire.show_token(token) for token in found if wire.wanted(request, token)]
    return hal.collection("inf:token", "/api/tokens", len(shown), hal.cut(shown, asked), asked)


def mint_token() -> Response:
    """Make a token, for the caller or as an administrator for anybody."""
    require_writer(http.caller())
    body = wire.read_new_token(request, json_limit())
    user = accounts.find_represented(http.house().database, http.caller(), body.username)
    minted = tokens.mint(http.house().database, http.caller(), wire.command(body, user.id))
    return hal.reply(wire.show_minted(minted), 201, f"/api/tokens/{minted.token.guid}")


def show_token(token_id: str) -> Response:
    """Show one token, without its secret."""
    guid = find_guid(token_id, Subject.TOKEN)
    return hal.reply(wire.show_token(tokens.find(http.house().database, http.caller(), guid, wire.KINDS)))


def revoke_token(token_id: str) -> Response:
    """End one token."""
    guid = find_guid(token_id, Subject.TOKEN)
    token = tokens.find(http.house().database, http.caller(), guid, wire.KINDS)
    tokens.revoke(http.house().database, http.caller(), token.guid)
    return hal.nothing()
