"""The addresses of the Nimblex API, and handlers that locate, parse, act and show. They query nothing themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from flask.sansio.blueprints import BlueprintSetupState

from blueprints import http
from blueprints.nimblex import auth, locate, negotiation, record_routes, role_routes, wire
from blueprints.nimblex.documents import empty, shown
from blueprints.nimblex.paths import ROOT, Place, RestConverter, read_place
from core import attachment_paths, attachments
from core.access import Verb


def list_attachments(place: Place) -> Response:
    """List what is attached to a record (§2.1)."""
    negotiation.require_known_parameters(request.args, wire.LIST_PARAMETERS)
    record = locate.record(place)
    query = wire.read_path_query(request.args)
    page = attachment_paths.page_paths(http.house().database, http.caller(), record, query)
    return shown(wire.show_attachments(record, page, request.args, query.part))


def download(place: Place) -> Response:
    """Send the bytes of an attachment (§2.2)."""
    return http.send(http.house().store, wire.show_download(locate.attachment(place)))


def upload(place: Place) -> Response:
    """Store the raw body under the name in the address (§2.3)."""
    record = locate.room_for(place)
    command = wire.read_upload(request, place, http.house().settings.max_upload)
    attachments.attach(http.house(), http.caller(), record, command)
    return empty(200)


def delete_attachment(place: Place) -> Response:
    """Take an attachment away, at an address without `content/` (§2.4)."""
    attachment = locate.attachment(place, Verb.EDIT)
    attachments.detach(http.house().database, http.caller(), attachment)
    return empty(204)


_RECORD = "/records/<eformtype>/<recordid>"
Handler = Callable[..., Response]
Route = tuple[str, str, Handler]  # methods, rule below the root, handler

# Bytes travel outside JSON:API: no negotiation, and no parameter is refused (§6).
BYTES: tuple[Route, ...] = (
    ("GET", f"{_RECORD}/attachments/content/<rest:rest>", download),
    ("POST", f"{_RECORD}/attachments/content/<rest:rest>", upload),
)
DOCUMENTS: tuple[Route, ...] = (
    *record_routes.DOCUMENTS,
    *role_routes.DOCUMENTS,
    ("GET", f"{_RECORD}/attachments", list_attachments),
    ("DELETE", f"{_RECORD}/attachments/<rest:rest>", delete_attachment),
)
ROUTES = (*BYTES, *DOCUMENTS)


def make_blueprint() -> Blueprint:
    """Build the blueprint: who speaks is found out first, then whether both sides speak JSON:API."""
    blueprint = Blueprint("nimblex", __name__, url_prefix=ROOT)
    blueprint.record_once(_add_converter)
    blueprint.url_value_preprocessor(_place)
    blueprint.before_request(auth.identify)
    blueprint.before_request(_negotiate)
    for method, rule, handler in ROUTES:
        blueprint.add_url_rule(
            rule,
            handler.__name__,
            handler,
            methods=method.split(),
            provide_automatic_options=False,
            strict_slashes=True,
        )
    return blueprint


def _add_converter(state: BlueprintSetupState) -> None:
    state.app.url_map.converters["rest"] = RestConverter


def _place(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    found = read_place(request, values or {})
    if values is not None:
        values.clear()
        values["place"] = found


def _negotiate() -> None:
    if request.endpoint in _SPOKEN:
        negotiation.require_acceptable(request)
        negotiation.require_readable(request)


_SPOKEN = frozenset(f"nimblex.{handler.__name__}" for _, _, handler in DOCUMENTS)
