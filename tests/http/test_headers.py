"""The headers on every reply, and what another origin may do."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

FRIEND = {"Origin": "https://friend.example"}


@pytest.mark.parametrize("path", ["/", "/missing", "/api/address", "/api/none", "/api/break", "/api/v2/none"])
def test_every_reply_is_guarded(talker: FlaskClient, path: str) -> None:
    headers = talker.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert {"Authorization", "Cookie"} <= set(headers["Vary"].split(", "))
    assert headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; s")


def test_a_page_may_use_its_own_scripts_and_nothing_else(talker: FlaskClient) -> None:
    policy = talker.get("/").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_an_api_reply_may_run_nothing(talker: FlaskClient) -> None:
    assert "sandbox" in talker.get("/api/address").headers["Content-Security-Policy"]


def test_a_friendly_origin_s_preflight_is_answered(talker: FlaskClient) -> None:
    asked = {
        **FRIEND,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization, node-id",
    }
    reply = talker.options("/api/raw", headers=asked)
    assert reply.status_code == 204
    assert reply.headers["Access-Control-Allow-Origin"] == FRIEND["Origin"]
    assert reply.headers["Access-Control-Allow-Headers"] == "authorization, node-id"
    assert "PUT" in reply.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in reply.headers


def test_a_friendly_origin_may_read_the_api_s_own_headers(talker: FlaskClient) -> None:
    headers = talker.get("/api/none", headers=FRIEND).headers
    assert headers["Access-Control-Allow-Origin"] == FRIEND["Origin"]
    assert {"X-Own", "Content-Disposition"} <= set(headers["Access-Control-Expose-Headers"].split(", "))
    assert "Origin" in headers["Vary"]


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("/api/address", "https://evil.example"),
        ("/api/address", "null"),
        ("/", FRIEND["Origin"]),
        ("/api/address", None),
    ],
)
def test_nobody_else_is_let_in(talker: FlaskClient, path: str, origin: str | None) -> None:
    headers = {"Access-Control-Request-Method": "GET"} | ({"Origin": origin} if origin else {})
    assert "Access-Control-Allow-Origin" not in talker.get(path, headers=headers).headers
    assert "Access-Control-Allow-Methods" not in talker.options(path, headers=headers).headers


@pytest.mark.parametrize("asked", ["a\x01b", "x" * 70, ", ,", "a;b"])
def test_strange_header_names_are_not_echoed(talker: FlaskClient, asked: str) -> None:
    headers = {**FRIEND, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": asked}
    assert "Access-Control-Allow-Headers" not in talker.options("/api/raw", headers=headers).headers
