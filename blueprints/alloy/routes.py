"""The addresses of the Alloy API under their canonical paths (paths.py), and what answers each. It decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from flask.blueprints import BlueprintSetupState

from blueprints import http
from blueprints.alloy import auth, envelope, listing, objects, paths, wire
from blueprints.alloy.ids import read_guid, read_reference
from core import (
    accounts,
    activities,
    attachment_tables,
    attachments,
    dictionaries,
    grants,
    record_tables,
    records,
    steps,
)
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
    """Give every request for this API its canonical path, and its routes their converter."""
    app = cast("Flask", state.app)
    app.url_map.converters["class_name"] = paths.ClassName
    app.wsgi_app = paths.RepairedPaths(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way


@BLUEPRINT.get("/profile")
def show_profile() -> Response:
    """Show the current user."""
    user = accounts.find_by_id(http.house().database, http.caller().user_id or 0)
    return envelope.respond(request, objects.show_profile(user))


@BLUEPRINT.route("/<class_name:class_name>", methods=["GET", "POST"])
def list_objects(class_name: str) -> Response:
    """List the objects of a class."""
    given, _ = listing.read_listing(request)
    database = http.house().database
    sheet = record_tables.find_sheet(database, http.caller(), class_name, objects.own_names(given.named))
    words = objects.words_of(sheet)
    table = record_tables.tabulate(database, http.caller(), sheet, listing.compile_listing(given, words, _zone()))
    return envelope.respond(request, wire.show_table(table, words, _zone()))


@BLUEPRINT.get("/Object/<oid>")
def show_object(oid: str) -> Response:
    """Show every field of one object."""
    sheet, table = record_tables.find_row(http.house().database, http.caller(), read_reference(oid))
    return envelope.respond(request, objects.show_object(table, objects.words_of(sheet), _zone()))


@BLUEPRINT.route("/Activities/<oid>", methods=["GET", "POST"])
def list_activities(oid: str) -> Response:
    """List what was done to an object."""
    given, _ = listing.read_listing(request)
    query = listing.compile_listing(given, objects.ACTIVITIES, _zone())
    table = activities.tabulate(http.house().database, http.caller(), read_reference(oid), query)
    return envelope.respond(request, wire.show_table(table, objects.ACTIVITIES, _zone()))


@BLUEPRINT.route("/Dictionary", methods=["GET", "POST"])
def list_dictionary() -> Response:
    """List the values of a field of a class."""
    given, reserved = listing.read_listing(request, objects.DICTIONARY_PARAMETERS)
    query = listing.compile_listing(given, objects.DICTIONARY, _zone())
    class_name, field_name = objects.read_dictionary(reserved)
    table = dictionaries.tabulate(http.house().database, http.caller(), class_name, field_name, query)
    return envelope.respond(request, wire.show_table(table, objects.DICTIONARY, _zone()))


@BLUEPRINT.post("")
def create_object() -> Response:
    """Create an object through an action that does."""
    action_id, command = objects.read_create(request, http.house().settings)
    return envelope.respond(request, objects.show_done(steps.create(http.house(), http.caller(), action_id, command)))


@BLUEPRINT.post("/Object/<oid>/action/<action_id>")
def run_action(oid: str, action_id: str) -> Response:
    """Run an action on an object, with the attachments in its form."""
    reference, number = read_reference(oid), objects.read_action_id(action_id)
    records.find(http.house().database, http.caller(), reference, Verb.EDIT)
    command = objects.read_run(request, http.house().settings)
    return envelope.respond(
        request, objects.show_done(steps.run(http.house(), http.caller(), reference, number, command))
    )


@BLUEPRINT.get("/Object/<oid>/action/<action_id>/check")
def check_action(oid: str, action_id: str) -> Response:
    """Say whether an action could be run on an object; an unknown one could not."""
    reference, number = read_reference(oid), objects.read_action_id(action_id)
    is_available = steps.is_available(http.house().database, http.caller(), reference, number)
    return envelope.respond(request, {"Result": is_available})


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
    file = attachments.open_content(http.house(), found)
    http.note_download(found.blob.key if found.blob else None)
    return envelope.respond(request, wire.show_contents(found, file))


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
