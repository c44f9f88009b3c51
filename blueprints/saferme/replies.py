"""JSON out, with the members in the order in which the documents print them. It knows no member."""

from __future__ import annotations

import msgspec
from flask import Response


def reply(payload: object, status: int = 200) -> Response:
    """Build a JSON reply."""
    return Response(msgspec.json.encode(payload), status, content_type="application/json")


def nothing(status: int = 204) -> Response:
    """Build a reply without a body."""
    response = Response(status=status)
    response.headers.remove("Content-Type")
    return response
