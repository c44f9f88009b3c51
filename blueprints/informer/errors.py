"""How this API says no: status and body of every refusal (sheet §2). It decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import msgspec
from flask import Response

from blueprints import http
from core.errors import Code, Refusal, Subject

# A locked thing (the built-in action) is a clash of states here; the documents know no 423.
STATUSES: Final[http.StatusTable] = {**http.USUAL, Code.LOCKED: 409}

# The domain's names of fields, where this API spells them otherwise.
_FIELDS: Final[Mapping[str, str]] = {
    "title": "name",
    "schedule": "interval",
    "schedule_kind": "intervalType",
    "start_on": "startOn",
    "end_on": "endOn",
    "file_name": "filename",
    "media_type": "contentType",
    "label": "notes",
    "expires": "expiresAt",
    "level": "accessLevel",
}
_SOURCES: Final[Mapping[Subject, str]] = {Subject.QUERY: "query", Subject.ROUTE: "params"}


def shape(refusal: Refusal) -> Response:
    """Build the reply: `statusCode`, `error` (the reason phrase), `message`, and for a bad field `validation`."""
    status = http.status_for(STATUSES, refusal)
    body: dict[str, object] = {
        "statusCode": status,
        "error": HTTPStatus(status).phrase,
        "message": refusal.message,
    }
    if refusal.code is Code.INVALID and refusal.field:
        body["validation"] = {
            "source": _SOURCES.get(refusal.subject, "payload"),
            "keys": [_FIELDS.get(refusal.field, refusal.field)],
        }
    response = Response(msgspec.json.encode(body), status, content_type="application/json; charset=utf-8")
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
