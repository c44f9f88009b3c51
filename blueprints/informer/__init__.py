"""The Informer API: jobs, actions and their attachments under `/api` (README.md). It knows no other API."""

from __future__ import annotations

from typing import Final

from blueprints import http
from blueprints.informer import errors, manual, routes

API: Final = http.Api(
    name="informer",
    title="Informer job attachments",
    prefixes=("/api",),
    shape=errors.shape,
    blueprint=routes.blueprint(),
    credential="Authorization: Bearer TOKEN, Basic with a name and password, or the cookie of a log-in",
    curl=manual.curl,
    openapi=manual.openapi,
)
