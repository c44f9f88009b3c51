"""The one blueprint of the UFDL API, on which both lists of addresses hang. It knows none of them."""

from __future__ import annotations

from flask import Blueprint

from blueprints.ufdl import auth

routes = Blueprint("ufdl", __name__, url_prefix="/v1")
routes.before_request(auth.identify)
