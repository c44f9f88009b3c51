"""How Alloy says no: one table from our refusals to its numbers, one to statuses. It decides nothing.

Only 0 and 101, and the texts in `_TEXTS`, are documented; the other numbers are our choice and stand in the README. What
went wrong in the business is HTTP 200: the public clients read `errorText` from a 200 alone and repeat anything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from flask import Response, request

from blueprints import http
from blueprints.alloy import envelope, paths
from core.errors import Code, Refusal, Subject

_TRANSPORT: Final[http.StatusTable] = {
    Code.UNIDENTIFIED: 401,
    Code.NOT_ALLOWED: 405,
    Code.TOO_LARGE: 413,
    Code.INCOMPLETE: 400,
    Code.PRECONDITION: 412,
    Code.THROTTLED: 429,
    Code.INTERNAL: 500,
    Code.UNAVAILABLE: 503,
    Code.NO_SPACE: 507,
    (Code.NOT_FOUND, Subject.ROUTE): 404,
    (Code.INVALID, Subject.ROUTE): 400,
}
STATUSES: Final[http.StatusTable] = {**dict.fromkeys(Code, 200), **_TRANSPORT}

NUMBERS: Final[Mapping[Code | tuple[Code, Subject], int]] = {
    Code.INTERNAL: 1,
    Code.UNIDENTIFIED: 100,
    Code.DENIED: 101,
    Code.NOT_FOUND: 102,
    Code.GONE: 102,
    (Code.NOT_FOUND, Subject.ATTACHMENT): 103,
    (Code.NOT_FOUND, Subject.CONTENT): 103,
    Code.INVALID: 104,
    Code.UNSUPPORTED: 104,
    Code.INCOMPLETE: 104,
    (Code.NOT_FOUND, Subject.USER): 104,
    (Code.INVALID, Subject.QUERY): 105,
    (Code.NOT_FOUND, Subject.RECORD_TYPE): 105,
    (Code.NOT_FOUND, Subject.FIELD): 105,
    (Code.INVALID, Subject.CONTENT): 106,
    (Code.CONFLICT, Subject.CONTENT): 107,
    (Code.NOT_FOUND, Subject.STEP): 108,
    (Code.INVALID, Subject.STEP): 109,
    (Code.INVALID, Subject.AREA): 110,
    (Code.NOT_FOUND, Subject.AREA): 110,
    Code.TOO_LARGE: 111,
    (Code.UNSUPPORTED, Subject.CONTENT): 112,
    Code.CONFLICT: 113,
    Code.LOCKED: 114,
    Code.NOT_STARTED: 114,
    Code.PRECONDITION: 115,
    Code.THROTTLED: 116,
    (Code.NOT_FOUND, Subject.ROUTE): 404,
    Code.NOT_ALLOWED: 405,
    Code.UNAVAILABLE: 503,
    Code.NO_SPACE: 507,
}

_GRANT: Final = f"{paths.ROOT}/token"  # in its canonical form, as every path is by now
_TEXTS: Final = {
    100: "Authorization has been denied for this request.",
    101: "You do not have enough permissions to access this item.",
}

# The token call answers as OAuth 2 does (RFC 6749 §5.2), never with the envelope.
_GRANT_ERRORS: Final[Mapping[Code | tuple[Code, Subject], str]] = {
    Code.UNIDENTIFIED: "invalid_grant",
    (Code.UNIDENTIFIED, Subject.TOKEN): "invalid_client",
    (Code.UNSUPPORTED, Subject.CREDENTIAL): "unsupported_grant_type",
    Code.THROTTLED: "temporarily_unavailable",
    Code.UNAVAILABLE: "temporarily_unavailable",
    Code.INTERNAL: "server_error",
}
_GRANT_STATUSES: Final = {
    Code.NOT_ALLOWED: 405,
    Code.TOO_LARGE: 413,
    Code.THROTTLED: 429,
    Code.INTERNAL: 500,
    Code.UNAVAILABLE: 503,
    Code.NO_SPACE: 507,
}


def shape(refusal: Refusal) -> Response:
    """Build the reply to a refusal: the envelope, or for the token call an OAuth error."""
    if request.path == _GRANT:
        return _grant_refusal(refusal)
    number = http.status_for(NUMBERS, refusal)
    response = envelope.refuse(request, number, _text(number, refusal), http.status_for(STATUSES, refusal))
    if refusal.code is Code.UNIDENTIFIED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _text(number: int, refusal: Refusal) -> str:
    if number == 102 and refusal.subject in {Subject.RECORD, Subject.JOB, Subject.ACTION}:
        # The document's own words; the id is the caller's spelling of it.
        return f"Object {(request.view_args or {}).get('oid', '')} not found."
    return _TEXTS.get(number, refusal.message)


def _grant_refusal(refusal: Refusal) -> Response:
    error = _GRANT_ERRORS.get((refusal.code, refusal.subject), _GRANT_ERRORS.get(refusal.code, "invalid_request"))
    body = msgspec.json.encode({"error": error, "error_description": refusal.message})
    return Response(body, _GRANT_STATUSES.get(refusal.code, 400), content_type="application/json; charset=utf-8")
