"""Records, their parent and the search over their rows: handlers that locate, parse, act and show."""

from __future__ import annotations

from flask import Response, request

from blueprints import http
from blueprints.nimblex import locate, negotiation
from blueprints.nimblex import record_wire as wire
from blueprints.nimblex.documents import empty, shown
from blueprints.nimblex.paths import Place
from core import clock, record_rows, records
from core.access import Verb


def read_record(place: Place) -> Response:
    """Show a record with its rows (§3)."""
    negotiation.require_known_parameters(request.args, wire.RECORD_PARAMETERS)
    record = locate.record(place)
    parent = records.look_for_parent(http.house().database, http.caller(), record)
    return shown(wire.show_record(record, parent, request.args), etag=str(record.revision))


def create_record(place: Place) -> Response:
    """Make a record of a type, with a number of the server's (§3)."""
    negotiation.require_known_parameters(request.args, ())
    type_name = locate.record_type(place).name
    command = wire.read_creation(request, http.house().settings.max_json, type_name)
    record = records.create(http.house().database, http.caller(), command)
    return shown(wire.show_created(record), 201, wire.show_location(record))


def patch_record(place: Place) -> Response:
    """Merge rows into a record by their line numbers (§3)."""
    negotiation.require_known_parameters(request.args, ())
    record = locate.record(place, Verb.EDIT)
    command = wire.read_revision(request, http.house().settings.max_json, record)
    records.revise(http.house().database, http.caller(), record.id, command)
    return empty(204)


def put_record(place: Place) -> Response:
    """Replace a record's rows, or make the record with that very number (§3, DECISIONS 2)."""
    negotiation.require_known_parameters(request.args, ())
    command = wire.read_put(request, http.house().settings.max_json, locate.canonical(place))
    record, is_new = records.put(http.house().database, http.caller(), command, wire.read_match(request))
    return shown(wire.show_created(record), 201, wire.show_location(record)) if is_new else empty(204)


def delete_record(place: Place) -> Response:
    """Put a record in the trash with all that hangs on it (§3)."""
    negotiation.require_known_parameters(request.args, ())
    record = locate.record(place, Verb.MANAGE)
    records.forget(http.house().database, http.caller(), record.id, wire.read_match(request))
    return empty(204)


def read_parent(place: Place) -> Response:
    """Show what a record lies below (§3)."""
    negotiation.require_known_parameters(request.args, ())
    record = locate.record(place)
    parent = records.look_for_parent(http.house().database, http.caller(), record)
    return shown(wire.show_parent(record, parent))


def patch_parent(place: Place) -> Response:
    """Move a record below another, or below none (§3)."""
    negotiation.require_known_parameters(request.args, ())
    record = locate.record(place, Verb.EDIT)
    command = wire.read_parent(request, http.house().settings.max_json)
    records.revise(http.house().database, http.caller(), record.id, command)
    return empty(204)


def search_rows(place: Place) -> Response:
    """Search the rows of all records of a type (§4)."""
    negotiation.require_known_parameters(request.args, wire.ROWS_PARAMETERS)
    type_name = locate.record_type(place).name
    query = wire.read_rows(request.args, type_name, http.caller().name, clock.now().date())
    page = record_rows.page_rows(http.house().database, http.caller(), query)
    return shown(wire.show_rows(page, query, request.args))


_RECORD = "/records/<eformtype>/<recordid>"
DOCUMENTS = (
    ("POST", "/records/<eformtype>", create_record),
    ("GET", _RECORD, read_record),
    ("PATCH", _RECORD, patch_record),
    ("PUT", _RECORD, put_record),
    ("DELETE", _RECORD, delete_record),
    ("GET", f"{_RECORD}/relationships/parent", read_parent),
    ("PATCH", f"{_RECORD}/relationships/parent", patch_parent),
    ("GET", "/recordrows/<eformtype>", search_rows),
)
