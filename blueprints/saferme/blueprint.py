"""The one blueprint of SaferMe's API, which each module of addresses adds to. It knows none of them."""

from __future__ import annotations

from typing import Final

from flask import Blueprint

from blueprints.saferme import auth

API_PATH: Final = "/api/v4"
MOST_JSON: Final = 1024 * 1024  # bytes

BLUEPRINT: Final = Blueprint("saferme", __name__)
BLUEPRINT.before_request(auth.identify)
