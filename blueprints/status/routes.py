"""The three addresses that monitors ask."""

from __future__ import annotations

import ipaddress

from flask import Blueprint, Response, request

from blueprints import http
from blueprints.status import wire
from core import health, tokens
from core.access import require_admin

blueprint = Blueprint("status", __name__)


@blueprint.get("/healthz")
def up() -> Response:
    """Say that the process answers; no credential."""
    return wire.show_words("up")


@blueprint.get("/readyz")
def ready() -> Response:
    """Say whether database and store can be worked with; no credential."""
    health.require_working(http.house())
    return wire.show_words("ready")


@blueprint.get("/metrics")
def metrics() -> Response:
    """Show counts and bytes to a monitor on this machine, or to an administrator's token (CONTRACT §4)."""
    _require_monitor()
    return wire.show_metrics(health.fullness(http.house()))


def _require_monitor() -> None:
    address = request.remote_addr or ""
    if address and ipaddress.ip_address(address).is_loopback and "X-Forwarded-For" not in request.headers:
        return
    _, secret = http.parse_authorization(request.headers.get("Authorization"))
    require_admin(tokens.caller_of(http.house().database, secret, (), "status", address))
