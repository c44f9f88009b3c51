"""The one error handler: every failure becomes a Refusal, which the owner of the path words. It knows no API's statuses."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from dataclasses import replace

from flask import Flask, Response, request
from werkzeug.exceptions import ClientDisconnected, HTTPException
from werkzeug.sansio.response import Response as SansIOResponse

from blueprints.http.api import owner_of
from core.errors import Code, Refusal, Subject

log = logging.getLogger("addenda.http")

StatusTable = Mapping[Code | tuple[Code, Subject], int]

# For paths that nobody owns, and the floor on which an API may build its own: {**USUAL, Code.CONFLICT: 400}.
USUAL: StatusTable = {
    Code.UNIDENTIFIED: 401,
    Code.DENIED: 403,
    Code.NOT_FOUND: 404,
    Code.GONE: 404,
    Code.INVALID: 400,
    Code.NOT_ALLOWED: 405,
    Code.UNSUPPORTED: 415,
    Code.TOO_LARGE: 413,
    Code.INCOMPLETE: 400,
    Code.NO_SPACE: 507,
    Code.CONFLICT: 409,
    Code.LOCKED: 423,
    Code.NOT_STARTED: 409,
    Code.PRECONDITION: 412,
    Code.THROTTLED: 429,
    Code.UNAVAILABLE: 503,
    Code.INTERNAL: 500,
}

# What the framework itself says: status → our code, noun and words (never its own words, they may quote the request).
_FOREIGN: Mapping[int, tuple[Code, Subject, str]] = {
    400: (Code.INVALID, Subject.BODY, "The request is malformed."),
    401: (Code.UNIDENTIFIED, Subject.CREDENTIAL, "Please sign in."),
    403: (Code.DENIED, Subject.ROUTE, "You do not have permission to do this."),
    404: (Code.NOT_FOUND, Subject.ROUTE, "There is nothing at this address."),
    405: (Code.NOT_ALLOWED, Subject.ROUTE, "This address does not take this method."),
    408: (Code.INCOMPLETE, Subject.BODY, "The request took too long."),
    409: (Code.CONFLICT, Subject.NONE, "This clashes with the present state."),
    410: (Code.GONE, Subject.ROUTE, "This is no longer here."),
    412: (Code.PRECONDITION, Subject.NONE, "A condition of the request does not hold."),
    413: (Code.TOO_LARGE, Subject.BODY, "The request is too large."),
    414: (Code.TOO_LARGE, Subject.QUERY, "The address is too long."),
    415: (Code.UNSUPPORTED, Subject.BODY, "This media type is not accepted here."),
    429: (Code.THROTTLED, Subject.NONE, "Too many requests."),
    431: (Code.TOO_LARGE, Subject.NONE, "The header is too large."),
    503: (Code.UNAVAILABLE, Subject.NONE, "The server is busy."),
    507: (Code.NO_SPACE, Subject.NONE, "There is no space left."),
}


def status_for(table: StatusTable, refusal: Refusal) -> int:
    """Return the status of a refusal: the entry for code and subject, else the one for the code, else 500."""
    return table.get((refusal.code, refusal.subject), table.get(refusal.code, 500))


def assert_covers(table: StatusTable) -> None:
    """Fail, naming them, when codes are missing from a table; each API's tests call it."""
    missing = sorted(code.value for code in Code if code not in table)
    if missing:
        raise AssertionError(f"no status for {', '.join(missing)}")


def install_handlers(app: Flask) -> None:
    """Make the application word every failure through the owner of the path."""
    app.register_error_handler(Refusal, word)
    app.register_error_handler(HTTPException, _word_foreign)
    app.register_error_handler(Exception, _word_failure)


def word(refusal: Refusal) -> Response:
    """Build the reply to a refusal in the form of the API that owns the path of this request."""
    if refusal.code is Code.INTERNAL and "reference" not in refusal.details:
        refusal = _with_reference(refusal, refusal)
    response = _shape(refusal)
    if refusal.retry_after is not None and "Retry-After" not in response.headers:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _word_foreign(error: HTTPException) -> SansIOResponse:
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response(request.environ)
    response = word(_refusal_from(error))
    for name, value in error.get_headers(request.environ):
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _refusal_from(error: HTTPException) -> Refusal:
    if isinstance(error, ClientDisconnected):
        return Refusal(Code.INCOMPLETE, "The body ended early.", Subject.BODY)
    status = error.code or 500
    fallback = (Code.INTERNAL, Subject.NONE, "Something went wrong.") if status >= 500 else _FOREIGN[400]
    code, subject, message = _FOREIGN.get(status, fallback)
    return Refusal(code, message, subject)


def _word_failure(error: Exception) -> Response:
    return word(_with_reference(Refusal(Code.INTERNAL, "Something went wrong."), error))


def _with_reference(refusal: Refusal, cause: BaseException) -> Refusal:
    # The reader gets a number to quote; what happened stays in the log.
    reference = secrets.token_hex(6)
    log.error("failure %s at %s %r", reference, request.method, request.path, exc_info=cause)
    message = f"Something went wrong. Please quote reference {reference}."
    return replace(refusal, message=message, details={"reference": reference})


def _shape(refusal: Refusal) -> Response:
    owner = owner_of(request.path)
    if owner is None:
        return _plain(refusal)
    try:
        return owner.shape(refusal)
    except Exception:  # a broken template must not hide the refusal behind the server's own error page
        log.exception("the %s form of a %s refusal failed", owner.name, refusal.code)
        return _plain(refusal)


def _plain(refusal: Refusal) -> Response:
    return Response(f"{refusal.message}\n", status_for(USUAL, refusal), content_type="text/plain; charset=utf-8")
