"""The addresses of SaferMe's API: sessions, upload authorizations, file attachments, and the links to their files."""

from __future__ import annotations

from flask import Response, request

from blueprints import http
from blueprints.saferme import auth, sessions, wire
from blueprints.saferme.blueprint import API_PATH, BLUEPRINT, MOST_JSON
from blueprints.saferme.house import bucket, largest, link_to, links
from blueprints.saferme.links import PLACE
from blueprints.saferme.replies import reply
from blueprints.saferme.s3_post import LIFETIME, authorize
from core import attachments, clock, objects, tokens
from core.access import HOUSE


@BLUEPRINT.post(f"{API_PATH}/session")
def open_session() -> Response:
    """Sign in with e-mail address (or name) and password."""
    asked = wire.read_sign_in(http.read_json(request, MOST_JSON))
    user, minted = sessions.open_session(http.house().database, asked, request.remote_addr or "")
    return reply(wire.show_session(user, minted.token, minted.secret, minted.pair_secret), 201)


@BLUEPRINT.get(f"{API_PATH}/session")
def show_session() -> Response:
    """Show the session of the token, without its secrets."""
    return reply(wire.show_session(auth.token().user, auth.token()))


@BLUEPRINT.patch(f"{API_PATH}/session")
def renew_session() -> Response:
    """Give a new pair of tokens for an old one, which dies at once."""
    access, refresh = wire.read_renewal(http.read_json(request, MOST_JSON))
    minted = tokens.renew(http.house().database, access, refresh, sessions.LIFETIME)
    return reply(wire.show_session(minted.token.user, minted.token, minted.secret, minted.pair_secret))


@BLUEPRINT.delete(f"{API_PATH}/session")
def end_session() -> Response:
    """End the session of the token."""
    sessions.require_session(auth.token())
    tokens.revoke(http.house().database, http.caller(), auth.token().guid)
    return reply({})


@BLUEPRINT.get(f"{API_PATH}/file_attachments/upload_authorization")
def authorize_upload() -> Response:
    """Authorise one upload of a type."""
    media_type = wire.read_content_type(request.args)
    upload = objects.authorise(http.house().database, http.caller(), media_type, largest(), LIFETIME)
    return reply(wire.show_authorization(authorize(bucket(), upload.guid, media_type, largest(), clock.now())))


@BLUEPRINT.post(f"{API_PATH}/file_attachments")
def create_file_attachment() -> Response:
    """Make a file attachment of an uploaded key."""
    command = wire.read_claim(http.read_json(request, MOST_JSON))
    attachment = objects.claim(http.house(), http.caller(), command)
    return reply(wire.show_attachment(attachment, link_to), wire.attachment_status(attachment))


@BLUEPRINT.get(f"{API_PATH}/file_attachments/<reference>")
def show_file_attachment(reference: str) -> Response:
    """Show a file attachment, and by the status whether it has been looked at."""
    found = attachments.find(http.house().database, http.caller(), wire.read_reference(reference))
    return reply(wire.show_attachment(found, link_to), wire.attachment_status(found))


@BLUEPRINT.get(f"{PLACE}/<digits:attachment_id>/<name>")
def send_file(attachment_id: int, name: str) -> Response:  # noqa: ARG001 - the name is checked within its path
    """Send the original or a smaller picture to whoever holds a signed link."""
    style = links().check(request.path, request.args, clock.now())
    found = attachments.find(http.house().database, HOUSE, attachment_id)
    download = wire.download_of(found, style)
    links().check_bytes(request.path, attachment_id, style, download.key)
    return http.send(http.house().store, download, inline=True)
