"""The addresses of the Alloy API under their canonical paths (paths.py), and what answers each. It decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from flask.blueprints import BlueprintSetupState

from blueprints import http
from blueprints.alloy import auth, envelope, listing, paths, wire
from blueprints.alloy.ids import read_guid, read_reference
from core import attachment_tables, attachments, grants, records
from core.access import Verb

if TYPE_CHECKING:
    from flask import Flask

BLUEPRINT = Blueprint("alloy", __name__, url_prefix=paths.ROOT)
BLUEPRINT.before_request(auth.identify)

_ATTACHMENTS = wire.vocabulary(
    wire.ATTACHMENTS,
    attachment_tables.COLUMNS,
    aliases={"name": "FileName", "file_name": "FileName"},
    searched=("FileName", "Description"),
)


@BLUEPRINT.record
def repair_paths(state: BlueprintSetupState) -> None:
    """Give every request for this API its canonical path."""
    app = cast("Flask", state.app)
    app.wsgi_app = paths.RepairedPaths(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way


@BLUEPRINT.post("/token")
def grant_token() -> Response:
    """Exchange a password or an application's secret for a token."""
    grant = wire.read_grant(request)
    minted = grants.exchange(http.house().database, grant, "alloy", wire.LIFETIME, request.remote_addr or "")
    return wire.show_token(minted)


@BLUEPRINT.route("/Object/<oid>/Attachments", methods=["GET", "POST"])
def list_attachments(oid: str) -> Response:
    """List the attachments of an object; POST is the same query with its parameters in the body."""
    given, _ = listing.read_listing(request)
    query = listing.compile_listing(given, _ATTACHMENTS, _zone())
    table = attachment_tables.tabulate(http.house().database, http.caller(), read_reference(oid), query)
    return envelope.respond(request, wire.show_table(table, _ATTACHMENTS, _zone()))


@BLUEPRINT.put("/Object/<oid>/Attachments")
def add_attachments(oid: str) -> Response:
    """Add one attachment or several, all or none."""
    record = records.find(http.house().database, http.caller(), read_reference(oid), Verb.EDIT)
    commands = wire.read_attachments(request, http.house().settings.max_json)
    attachments.attach_many(http.house(), http.caller(), record, commands)
    return envelope.respond(request)


@BLUEPRINT.get("/Object/<oid>/Attachments/<attachment_id>/content")
def show_content(oid: str, attachment_id: str) -> Response:
    """Give an attachment's contents in base64."""
    found = attachments.find_at(http.house().database, http.caller(), read_reference(oid), read_guid(attachment_id))
    return envelope.respond(request, wire.show_contents(found, attachments.open_content(http.house(), found)))


@BLUEPRINT.get("/Object/<oid>/Attachments/<attachment_id>/download")
def download(oid: str, attachment_id: str) -> Response:
    """Send an attachment's bytes."""
    found = attachments.find_at(http.house().database, http.caller(), read_reference(oid), read_guid(attachment_id))
    return wire.name_download(http.send(http.house().store, wire.show_download(found)), found)


@BLUEPRINT.delete("/Object/<oid>/Attachments/<attachment_id>")
def remove_attachment(oid: str, attachment_id: str) -> Response:
    """Remove an attachment."""
    database, guid = http.house().database, read_guid(attachment_id)
    found = attachments.find_at(database, http.caller(), read_reference(oid), guid, Verb.EDIT)
    attachments.detach(database, http.caller(), found)
    return envelope.respond(request)


@BLUEPRINT.patch("/Object/<oid>/Attachments/<attachment_id>")
def describe_attachment(oid: str, attachment_id: str) -> Response:
    """Change an attachment's description."""
    database, guid = http.house().database, read_guid(attachment_id)
    found = attachments.find_at(database, http.caller(), read_reference(oid), guid, Verb.EDIT)
    attachments.describe(database, http.caller(), found, wire.read_description(request, http.house().settings.max_json))
    return envelope.respond(request)


def _zone() -> ZoneInfo:
    return ZoneInfo(http.house().settings.timezone)
