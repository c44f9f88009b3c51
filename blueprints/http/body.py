"""Raw bytes in: the body of a request as a counted stream. It knows no form, no JSON and no store."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import IO, Any

from flask import Request
from werkzeug.wsgi import get_input_stream

from core.errors import Code, Refusal, Subject
from core.limits import Incoming


def incoming(request: Request, limit: int) -> Incoming:
    """Return the raw body, whatever its Content-Type says; `limit` in bytes.

    Never touches request.form. Raises Refusal(UNSUPPORTED) for a Content-Encoding, INVALID for a malformed length,
    TOO_LARGE for a promised one above the limit; the pieces refuse INCOMPLETE and TOO_LARGE while they are read.
    """
    refuse_encoded(request)
    environ: Mapping[str, Any] = request.environ
    chunked = "chunked" in str(environ.get("HTTP_TRANSFER_ENCODING", "")).lower()
    declared = None if chunked else declared_length(environ)
    return Incoming(_stream(request, chunked, declared), declared, limit)


def refuse_encoded(request: Request) -> None:
    """Raise Refusal(UNSUPPORTED) for a compressed body: what is stored is what was sent."""
    encodings = {name.strip().lower() for name in request.headers.get("Content-Encoding", "").split(",")}
    if encodings - {"", "identity"}:
        raise Refusal(Code.UNSUPPORTED, "Send the body without a Content-Encoding.", Subject.BODY)


def declared_length(environ: Mapping[str, Any]) -> int:
    """Read Content-Length in bytes; none means an empty body (RFC 9112 §6.3)."""
    given = str(environ.get("CONTENT_LENGTH") or "0").strip()
    if not re.fullmatch(r"[0-9]{1,18}", given, re.ASCII):
        raise Refusal(Code.INVALID, "The Content-Length is malformed.", Subject.BODY)
    return int(given)


def _stream(request: Request, chunked: bool, declared: int | None) -> IO[bytes]:
    if declared == 0:
        return io.BytesIO()
    if chunked and not request.environ.get("wsgi.input_terminated"):
        # A server that does not end the stream itself would leave us reading for ever.
        raise Refusal(Code.INVALID, "Send the body with a Content-Length.", Subject.BODY)
    return get_input_stream(request.environ)
