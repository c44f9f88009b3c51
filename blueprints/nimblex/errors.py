"""Refusals in the form of JSON:API: an empty 404 where the document has one, else an errors document with string statuses.

It knows no verb; the table says which status a reason has here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus

from flask import Response

from blueprints import http
from blueprints.nimblex import documents
from core.errors import Code, Refusal, Subject

STATUS: http.StatusTable = {
    **http.USUAL,
    Code.LOCKED: 409,
    (Code.INVALID, Subject.RECORD): 422,
    (Code.INVALID, Subject.JOB): 422,
    (Code.INVALID, Subject.ACTION): 422,
    (Code.INVALID, Subject.USER): 422,
    (Code.INVALID, Subject.GROUP): 422,
    (Code.INVALID, Subject.DEPARTMENT): 422,
}
# Client-made ids, and negotiation: reasons that JSON:API gives statuses of its own.
NOT_ACCEPTABLE = "not_acceptable"

_ROWS = "/data/attributes/content"


def shape(refusal: Refusal) -> Response:
    """Word a refusal (sheet §1 and §6): `404 Not Found (EMPTY)` for what is missing, errors documents for all else."""
    status = _status(refusal)
    if status == 404 and refusal.subject is not Subject.ROUTE:
        return documents.empty(404)
    response = documents.shown({"errors": [_error(refusal, status)]}, status)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="nimblex"'
    return response


def _status(refusal: Refusal) -> int:
    if refusal.details.get("reason") == NOT_ACCEPTABLE:
        return 406
    return http.status_for(STATUS, refusal)


def _error(refusal: Refusal, status: int) -> dict[str, object]:
    error: dict[str, object] = {
        "status": str(status),
        "code": refusal.code.value,
        "title": HTTPStatus(status).phrase,
        "detail": refusal.message,
    }
    source = _source(refusal)
    return {**error, "source": source} if source else error


def _source(refusal: Refusal) -> Mapping[str, str] | None:
    """Return where in the request the fault lies: a pointer (RFC 6901), a query parameter or a header."""
    header = refusal.details.get("header")
    if isinstance(header, str):
        return {"header": header}
    # What a condition compares wrongly is found out by the core, which knows fields and no parameters.
    usual = "filter" if refusal.subject is Subject.QUERY and refusal.field is not None else None
    parameter = refusal.details.get("parameter", usual)
    if isinstance(parameter, str):
        return {"parameter": parameter}
    pointer = _pointer(refusal)
    return None if pointer is None else {"pointer": pointer}


def _pointer(refusal: Refusal) -> str | None:
    field = refusal.field
    if field is not None and field.startswith("/"):
        return field
    if refusal.subject is Subject.BODY:
        return _path(field or "")
    is_row = refusal.code is Code.INVALID and refusal.subject in (Subject.RECORD, Subject.JOB, Subject.ACTION)
    return _ROWS if is_row and field is not None else None


def _path(field: str) -> str:
    """Return the pointer of a member that is named as `data.attributes.content[0]`."""
    steps = re.sub(r"\[(\d+)\]", r".\1", field).strip(".").split(".")
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps if step and step != "[...]")
