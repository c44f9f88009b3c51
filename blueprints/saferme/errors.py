"""How SaferMe's API says no: statuses, and the one body that its clients all read. It decides nothing.

Honours sheet §3: `errors` is a list of sentences, `failures` and `error_codes` go by field, or `base` for none.
"""

from __future__ import annotations

from flask import Response

from blueprints.http import USUAL, StatusTable, status_for
from blueprints.saferme.replies import reply
from core.errors import Code, Refusal, Subject, invalid

TABLE: StatusTable = {
    **USUAL,
    Code.GONE: 410,
    Code.INVALID: 422,
    (Code.INVALID, Subject.BODY): 400,
    (Code.INVALID, Subject.QUERY): 400,
    (Code.INVALID, Subject.ROUTE): 400,
    Code.CONFLICT: 422,
    Code.LOCKED: 422,
    Code.NOT_STARTED: 422,
    Code.THROTTLED: 420,
}

# The words of the documents where they have some; else our own.
_WORDS = {Code.INVALID: "invalid", Code.UNIDENTIFIED: "unauthorized"}
_SIGN_IN_WORDS = {Code.UNIDENTIFIED: "bad_credentials", Code.THROTTLED: "account_locked"}


def missing(name: str) -> Refusal:
    """Build the refusal for a parameter that must be there (sheet §3)."""
    return invalid(name, f"{name} is missing", details_missing=True)


def bad_sign_in(refusal: Refusal) -> Refusal:
    """Return the refusal of a sign-in with the code that clients look for."""
    return Refusal(
        refusal.code,
        refusal.message,
        refusal.subject,
        details={"word": _SIGN_IN_WORDS.get(refusal.code, refusal.code.value)},
        retry_after=refusal.retry_after,
    )


def shape(refusal: Refusal) -> Response:
    """Word a refusal for this API."""
    is_of_a_field = refusal.code is Code.INVALID and refusal.field
    response = reply(_body(refusal), 422 if is_of_a_field else status_for(TABLE, refusal))
    if response.status_code == 401:
        # Android renews its token only at a Bearer challenge, or at none (sheet §1).
        response.headers["WWW-Authenticate"] = 'Bearer realm="api"'
    return response


def _body(refusal: Refusal) -> dict[str, object]:
    if refusal.details.get("details_missing"):
        return {"message": "client error", "param": refusal.field}
    field = refusal.field or "base"
    word = str(refusal.details.get("word") or _WORDS.get(refusal.code, refusal.code.value))
    return {
        "errors": [refusal.message],
        "failures": {field: [refusal.message]},
        "error_codes": {field: [{"error": word}]},
    }
