"""How this API mourns: the statuses of tus 1.0.0, and one line of plain text. It decides no refusal."""

from __future__ import annotations

from typing import Final

from flask import Response, request

from blueprints import http
from core.errors import Code, Refusal, Subject

VERSION: Final = "1.0.0"
CHECKSUM_MISMATCH: Final = 460

STATUSES: http.StatusTable = {
    **http.USUAL,
    Code.GONE: 410,
    (Code.PRECONDITION, Subject.CONTENT): CHECKSUM_MISMATCH,
}


def show_refusal(refusal: Refusal) -> Response:
    """Answer a refusal with its one line; one that is about the place says which it is, in Upload-Offset."""
    response = Response(f"{refusal}\n", _status(refusal), mimetype="text/plain")
    response.headers["Tus-Resumable"] = VERSION
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if response.status_code == 412:
        response.headers["Tus-Version"] = VERSION
    if refusal.code is Code.CONFLICT and "offset" in refusal.details:
        response.headers["Upload-Offset"] = str(refusal.details["offset"])
    return response


def _status(refusal: Refusal) -> int | str:
    status = http.status_for(STATUSES, refusal)
    if request.method == "HEAD" and refusal.code is Code.UNAVAILABLE:
        # tus-js-client starts all over after any failed HEAD but this one, which it takes for "ask again soon".
        return 423
    return f"{CHECKSUM_MISMATCH} Checksum Mismatch" if status == CHECKSUM_MISMATCH else status
