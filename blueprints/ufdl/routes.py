"""The addresses of tokens and job outputs, and what answers them (UFDL sheet §2, §3 and the outputs of §4)."""

from __future__ import annotations

from flask import Response, request

from blueprints import http
from blueprints.ufdl import auth, filters, wire
from blueprints.ufdl.auth import staff
from blueprints.ufdl.outlet import routes
from core import output_lists, outputs
from core.commands import ByNumber
from core.errors import Subject, denied

_ONE = "/job-outputs/<digits:pk>"
_NAMED = "/jobs/<digits:pk>/outputs/<name>/<type_>"


@routes.post("/auth/obtain")
def obtain() -> Response:
    """Give a pair of tokens for a name and password."""
    return wire.reply(auth.obtain(*wire.read_fields(request, "username", "password")))


@routes.post("/auth/refresh")
def refresh() -> Response:
    """Give a new access token for a refresh token."""
    return wire.reply(auth.refresh(*wire.read_fields(request, "refresh")))


@routes.post("/auth/verify")
def verify() -> Response:
    """Say whether a token counts."""
    return wire.reply(auth.verify(*wire.read_fields(request, "token")))


@routes.post("/job-outputs/list")
def list_outputs() -> Response:
    """List the outputs that match a FilterSpec."""
    query = filters.read_query(wire.read_object(request), filters.OUTPUTS)
    lines = output_lists.lines(http.house().database, http.caller(), query)
    return wire.reply_array(lines, wire.show_output)


@routes.post("/job-outputs/create")
@routes.put(_ONE)
@routes.patch(_ONE)
def refuse_output_write(pk: int | None = None) -> Response:  # noqa: ARG001 - the address names one or none
    """Refuse to everybody: outputs come from their job, and never change."""
    raise denied(Subject.OUTPUT)


@routes.get(_ONE)
def retrieve_output(pk: int) -> Response:
    """Show one output."""
    return wire.reply(wire.show_output(outputs.find_line(http.house().database, http.caller(), pk)))


@routes.delete(_ONE)
@staff
def destroy_output(pk: int) -> Response:
    """Put an output in the trash."""
    outputs.forget(http.house().database, http.caller(), pk)
    return Response(status=204)


@routes.delete(_ONE + "/hard")
@staff
def hard_delete_output(pk: int) -> Response:
    """Remove an output for good and show it as it was."""
    return wire.reply(wire.show_output(outputs.purge(http.house().database, http.caller(), pk)))


@routes.route(_ONE + "/reinstate", methods=["DELETE", "POST"])
@staff
def reinstate_output(pk: int) -> Response:
    """Take an output out of the trash."""
    return wire.reply(wire.show_output(outputs.reinstate(http.house().database, http.caller(), pk)))


@routes.post(_ONE + "/download")
def download(pk: int) -> Response:
    """Send an output as a file, named by the type asked for."""
    filetype = wire.read_download(request)
    found = outputs.find(http.house().database, http.caller(), pk)
    name = f"{found.name}.{found.type if filetype is None else filetype}"
    return http.send(http.house().store, wire.download_of(found, name))


@routes.post(_NAMED)
def add_output(pk: int, name: str, type_: str) -> Response:
    """Keep the body as an output of a job."""
    house = http.house()
    command = wire.read_output(request, house.settings.max_upload, name, type_, auth.holder())
    return wire.reply(wire.show_output(outputs.record(house, http.caller(), _job(pk), command)))


@routes.get(_NAMED)
def get_output(pk: int, name: str, type_: str) -> Response:
    """Send an output of a job by name and type."""
    found = outputs.find_named(http.house().database, http.caller(), _job(pk), name, type_)
    return http.send(http.house().store, wire.download_of(found, None))


@routes.delete(_NAMED)
@staff
def delete_output(pk: int, name: str, type_: str) -> Response:
    """Put an output of a job in the trash and show it."""
    database, caller = http.house().database, http.caller()
    found = outputs.find_named(database, caller, _job(pk), name, type_)
    return wire.reply(wire.show_output(outputs.forget(database, caller, found.id)))


@routes.get(_NAMED + "/info")
def get_output_info(pk: int, name: str, type_: str) -> Response:
    """Show an output of a job by name and type."""
    return wire.reply(wire.show_output(outputs.find_named(http.house().database, http.caller(), _job(pk), name, type_)))


def _job(pk: int) -> ByNumber:
    return ByNumber("Job", pk)
