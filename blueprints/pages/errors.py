"""How a page says no: what happened, what was kept, what to do. It knows codes and no cause."""

from __future__ import annotations

from typing import Final

from flask import Response, make_response, render_template

from blueprints import http
from blueprints.http import StatusTable
from blueprints.pages.frame import wants_fragment
from blueprints.pages.measures import said
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
    Code.INTERNAL: "This did not work",
}
# What was kept, and what can be done.
ADVICE: Final[dict[Code, str]] = {
    Code.DENIED: "Nothing was changed. Its owner or an administrator can give you the right to do it.",
    Code.NOT_FOUND: "It may be deleted, or not be shared with you. The search finds all that you may see.",
    Code.TOO_LARGE: "Nothing of it was kept, and all else is as it was. Go back: what you typed may still be in the form.",
    Code.INCOMPLETE: "Nothing of it was kept. Go back and send it again.",
    Code.NO_SPACE: "Nothing of it was kept. An administrator can make room by emptying the trash.",
    Code.THROTTLED: "Wait a while before the next try.",
    Code.UNAVAILABLE: "Nothing was changed. Try it again in a moment.",
    Code.INTERNAL: "Nothing half-done was kept. Try it again; if it stays so, tell an administrator the reference: the "
    "server's log says more under it.",
}


def shape(refusal: Refusal) -> Response:
    """Build the page of a refusal, or its one sentence for a script."""
    status = http.status_for(STATUS, refusal)
    if wants_fragment():
        return Response(said(refusal), status, content_type="text/plain; charset=utf-8")
    page = render_template(
        "errors/refusal.html",
        heading=HEADINGS[refusal.code],
        advice=ADVICE.get(refusal.code),
        words=said(refusal),
        refusal=refusal,
    )
    return make_response(page, status)
