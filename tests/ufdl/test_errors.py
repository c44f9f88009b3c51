"""The table of refusals is whole."""

from __future__ import annotations

from blueprints import http
from blueprints.ufdl.errors import STATUSES
from tests.ufdl.conftest import Speaker


def test_every_refusal_has_its_status() -> None:
    http.assert_covers(STATUSES)


def test_an_unknown_address_is_worded_by_the_api(admin: Speaker) -> None:
    reply = admin.get("/nothing/here")
    assert (reply.status_code, list(reply.json)) == (404, ["detail"])
