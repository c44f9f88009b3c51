"""The mouth for monitors: is the process up, can it work, how full is it. It changes nothing."""

from __future__ import annotations

from blueprints import http
from blueprints.status.routes import blueprint
from blueprints.status.wire import show_refusal

API = http.Api(
    name="status",
    title="Health and metrics",
    prefixes=("/healthz", "/readyz", "/metrics"),
    shape=show_refusal,
    blueprint=blueprint,
)
