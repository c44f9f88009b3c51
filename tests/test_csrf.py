"""Which mouths the CSRF guard of the pages lets pass, by name; whatever is added has to be added here.

The single views that it lets pass are listed in tests/pages/test_session.py.
"""

from __future__ import annotations

from flask import Flask

# No cookie opens these, but for Informer's `sid`: tests/informer/test_cookie.py names and tries each of its views.
EXEMPT = {"alloy", "informer", "nimblex", "saferme", "saferme_uploads", "status", "tus", "ufdl"}


def test_these_apis_and_no_others_are_exempt(app: Flask) -> None:
    assert {blueprint.name for blueprint in app.extensions["csrf"]._exempt_blueprints} == EXEMPT
