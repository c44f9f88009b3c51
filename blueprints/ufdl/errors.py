"""How the UFDL API says no: one table from refusals to statuses, one form of body (UFDL sheet §1). It decides nothing."""

from __future__ import annotations

import msgspec
from flask import Response

from blueprints import http
from core.errors import Code, Refusal, Subject

STATUSES: http.StatusTable = {
    **http.USUAL,
    (Code.NOT_FOUND, Subject.NODE): 404,
    Code.CONFLICT: 400,  # a name or an address that is taken
    Code.LOCKED: 406,  # the job is in another phase, held by somebody else, or finished
    Code.NOT_STARTED: 417,
    (Code.INVALID, Subject.TEMPLATE): 406,  # inputs and parameters that the template does not take
    (Code.UNSUPPORTED, Subject.ROUTE): 406,  # an Accept header that JSON does not satisfy
}
_SHOWN = ("code", "messages")  # what a refused token says beside the text


def shape(refusal: Refusal) -> Response:
    """Word a refusal: `detail`, or the texts by field where the details hold `fields`."""
    fields = refusal.details.get("fields") or _fields(refusal)
    told = {name: refusal.details[name] for name in _SHOWN if name in refusal.details}
    status = status_of(refusal)
    response = Response(
        msgspec.json.encode(fields or {"detail": refusal.message, **told}), status, content_type="application/json"
    )
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="api"'
    return response


def status_of(refusal: Refusal) -> int:
    """Return the status of a refusal; a name that leads nowhere inside a known job is a bad argument, not a 404."""
    if refusal.code is Code.NOT_FOUND and refusal.subject is Subject.OUTPUT and refusal.field == "name":
        return 400
    return http.status_for(STATUSES, refusal)


def by_field(**texts: str) -> Refusal:
    """Build the refusal that lists one text for each field at fault."""
    message = "; ".join(f"{name}: {text}" for name, text in texts.items())
    fields = {name: [text] for name, text in texts.items()}
    return Refusal(Code.INVALID, message, Subject.BODY, details={"fields": fields})


def _fields(refusal: Refusal) -> dict[str, list[str]] | None:
    # The generic create and update, which only nodes have, word their faults by field.
    if refusal.subject is not Subject.NODE:
        return None
    if refusal.code is Code.CONFLICT:
        return {"non_field_errors": [refusal.message]}
    return {refusal.field: [refusal.message]} if refusal.field else None
