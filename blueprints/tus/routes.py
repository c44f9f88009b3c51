"""The addresses of resumable uploads: discovery, creation, and one address for each upload."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from blueprints import http
from blueprints.tus import auth, override, wire
from core import resumable
from core.access import Verb

blueprint = Blueprint("tus", __name__)
blueprint.record_once(override.install)
blueprint.before_request(auth.identify)
blueprint.after_request(wire.name_version)


def _route(rule: str, method: str) -> Callable[[Any], Any]:
    # OPTIONS has a meaning of its own here, and GET is not HEAD.
    return blueprint.route(rule, methods=[method], provide_automatic_options=False)


@blueprint.before_request
def require_version() -> None:
    """Refuse another version of the protocol."""
    wire.require_version(request)


@_route("/tus/", "OPTIONS")
@_route("/tus/records/<path:place>", "OPTIONS")
@_route("/tus/<uuid:guid>", "OPTIONS")
def discover(**_address: object) -> Response:
    """Say what this server speaks; no credential."""
    return wire.show_protocol(http.house().settings.max_upload)


@_route("/tus/", "POST")
@_route("/tus/records/<path:place>", "POST")
def begin(place: str | None = None) -> Response:
    """Begin an upload to a record, and take its first bytes where they come along."""
    command = wire.read_begin(request, place)
    part = wire.read_first_part(request, command.length)
    return wire.show_begun(resumable.begin(http.house(), http.caller(), command, part))


@_route("/tus/<uuid:guid>", "HEAD")
def look(guid: uuid.UUID) -> Response:
    """Say how far an upload came."""
    upload = resumable.find(http.house().database, http.caller(), guid, Verb.READ)
    return wire.show_state(resumable.settle(http.house(), http.caller(), upload))


@_route("/tus/<uuid:guid>", "PATCH")
def append(guid: uuid.UUID) -> Response:
    """Add bytes to an upload; the last ones make it an attachment."""
    upload = resumable.find(http.house().database, http.caller(), guid)
    part = wire.read_part(request, upload)
    return wire.show_progress(resumable.append(http.house(), http.caller(), upload, part))


@_route("/tus/<uuid:guid>", "DELETE")
def terminate(guid: uuid.UUID) -> Response:
    """Give up an upload and its bytes."""
    resumable.terminate(http.house(), http.caller(), guid)
    return wire.show_gone()
