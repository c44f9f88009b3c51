"""What the CSRF guard of the pages lets pass, by name; whatever is added to it has to be added here."""

from __future__ import annotations

from flask import Flask

# No cookie opens these APIs, but for Informer's `sid`: tests/informer/test_cookie.py tries each of its views.
API_BLUEPRINTS = {"alloy", "informer", "nimblex", "saferme", "saferme_uploads", "status", "ufdl"}
OWN_READERS = {"blueprints.pages.attaching.attach", "blueprints.pages.attachments.replace"}


def test_whole_apis_and_two_views_that_check_for_themselves_are_exempt(app: Flask) -> None:
    guard = app.extensions["csrf"]
    assert {blueprint.name for blueprint in guard._exempt_blueprints} == API_BLUEPRINTS
    assert guard._exempt_views == OWN_READERS
