"""The mouth for resumable uploads, tus 1.0.0: a file comes in several goes and ends as an attachment of any record."""

from __future__ import annotations

from blueprints import http
from blueprints.tus import manual, wire
from blueprints.tus.errors import show_refusal
from blueprints.tus.routes import blueprint

API = http.Api(
    name="tus",
    title="Resumable uploads",
    prefixes=("/tus",),
    shape=show_refusal,
    blueprint=blueprint,
    credential="Authorization: Bearer TOKEN; the pages send their own cookie",
    curl=manual.curl,
    openapi=manual.openapi,
    exposes=wire.REPLY_HEADERS,
    reads_page_cookie=True,
)
