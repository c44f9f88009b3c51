"""How a page says no: what happened, what was kept, what to do. It knows codes and no cause."""

from __future__ import annotations

from typing import Final

from flask import Response, make_response, render_template

from blueprints import http
from blueprints.http import StatusTable
from blueprints.pages.frame import wants_fragment
from core.errors import Code, Refusal

STATUS: Final[StatusTable] = {**http.USUAL, Code.INVALID: 422, Code.PRECONDITION: 409}
HEADINGS: Final[dict[Code, str]] = {
    Code.UNIDENTIFIED: "Please sign in",
    Code.DENIED: "This is not yours to do",
    Code.NOT_FOUND: "There is nothing here",
    Code.GONE: "This is no longer here",
    Code.INVALID: "Something was not as expected",
    Code.NOT_ALLOWED: "That cannot be done here",
    Code.UNSUPPORTED: "This kind of file is not accepted",
    Code.TOO_LARGE: "This is too large",
    Code.INCOMPLETE: "The transfer was cut",
    Code.NO_SPACE: "The server has no room left",
    Code.CONFLICT: "Something else is in the way",
    Code.LOCKED: "This no longer changes",
    Code.NOT_STARTED: "The job has not started",
    Code.PRECONDITION: "Somebody else was quicker",
    Code.THROTTLED: "Too many tries",
    Code.UNAVAILABLE: "The server is busy",
    Code.INTERNAL: "Something went wrong",
}


def shape(refusal: Refusal) -> Response:
    """Build the page of a refusal, or its one sentence for a script."""
    status = http.status_for(STATUS, refusal)
    if wants_fragment():
        return Response(refusal.message, status, content_type="text/plain; charset=utf-8")
    page = render_template("errors/refusal.html", heading=HEADINGS[refusal.code], refusal=refusal)
    return make_response(page, status)
