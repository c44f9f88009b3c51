"""The cookie `sid`: what it opens, and that no other site can use it to change anything (DECISIONS 12)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core import actions, attachments
from core.house import House
from core.settings import Settings
from models import Job
from tests.cast import PASSWORD, Cast
from tests.conftest import sqlite_instance

# Every view that changes something, each exempt from the pages' CSRF guard: (view, method, address below /api).
CHANGING = (
    ("add_action", "POST", "/jobs/{job}/actions"),
    ("create_attachment", "POST", "/jobs/{job}/actions/{action}/attachments"),
    ("create_job", "POST", "/jobs"),
    ("delete_action", "DELETE", "/jobs/{job}/actions/{action}"),
    ("delete_attachment", "DELETE", "/jobs/{job}/actions/{action}/attachments/{attachment}"),
    ("delete_job", "DELETE", "/jobs/{job}"),
    ("end_session", "DELETE", "/sessions/{action}"),
    ("give_share", "PUT", "/jobs/{job}/shares/vi"),
    ("log_out", "POST", "/logout"),
    ("mint_token", "POST", "/tokens"),
    (
        "receive_contents",
        "PUT",
        "/jobs/{job}/actions/{action}/attachments/{attachment}/action-attachment-file-contents",
    ),
    ("revise_action", "PUT", "/jobs/{job}/actions/{action}"),
    ("revise_attachment", "PUT", "/jobs/{job}/actions/{action}/attachments/{attachment}"),
    ("revise_job", "PUT", "/jobs/{job}"),
    ("revoke_token", "DELETE", "/tokens/{action}"),
    ("store_file", "POST", "/files"),
    ("take_share", "DELETE", "/jobs/{job}/shares/vi"),
)
LOG_INS = {"log_in", "log_in_to"}  # no cookie is needed, and JSON is asked for

FORGED: dict[str, dict[str, Any]] = {
    "another origin": {"json": {}, "headers": {"Origin": "https://evil.example"}},
    "no origin to speak of": {"json": {}, "headers": {"Origin": "null"}},
    "another site": {"json": {}, "headers": {"Sec-Fetch-Site": "cross-site"}},
    "a sibling site": {"json": {}, "headers": {"Sec-Fetch-Site": "same-site"}},
    "a form": {"data": {"type": "email", "name": "x", "accessLevel": "3"}},
    "a form with a file": {"data": {"file": (b"", "x")}, "content_type": "multipart/form-data; boundary=x"},
}


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path) -> Settings:
    """An instance on SQLite alone: no database has a say in this."""
    return sqlite_instance(tmp_path / "instance", sqlite_template)


@pytest.fixture
def signed_in(client: FlaskClient) -> FlaskClient:
    """A browser in which the owner has logged in."""
    client.post("/api/auth/login", json={"username": "ada", "password": PASSWORD})
    return client


@pytest.fixture
def names(house: House, cast: Cast, job: Job) -> dict[str, object]:
    """What the addresses are made of."""
    (files,) = actions.of_jobs(house.database, cast.owner, [job.id])
    return {"job": job.guid, "action": files.guid, "attachment": files.guid}


def test_every_view_that_changes_something_is_in_this_list(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("informer.")]
    changing = {
        rule.endpoint.partition(".")[2] for rule in rules if (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
    }
    assert changing == {view for view, _, _ in CHANGING} | LOG_INS


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
@pytest.mark.parametrize(("view", "method", "address"), CHANGING, ids=[view for view, _, _ in CHANGING])
def test_no_other_site_changes_anything_with_the_cookie(
    signed_in: FlaskClient, names: dict[str, object], view: str, method: str, address: str, forged: dict[str, Any]
) -> None:
    del view
    reply = signed_in.open("/api" + address.format(**names), method=method, **forged)
    assert reply.status_code == 403
    assert signed_in.get("/api").status_code == 200


def test_a_forged_upload_leaves_nothing(
    signed_in: FlaskClient, house: House, cast: Cast, job: Job, names: dict[str, object]
) -> None:
    place = "/api/jobs/{job}/actions/{action}/attachments".format(**names)
    signed_in.post(place, data='{"type":"file","name":"x"}', content_type="text/plain")
    assert attachments.page_of(house.database, cast.owner, job).total == 0


def test_json_from_this_site_changes_what_it_says(signed_in: FlaskClient) -> None:
    headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    made = signed_in.post("/api/jobs", json={"type": "email", "name": "Mine"}, headers=headers)
    assert made.status_code == 201


def test_a_raw_upload_passes_whatever_its_type(signed_in: FlaskClient, names: dict[str, object]) -> None:
    place = "/api/jobs/{job}/actions/{action}/attachments".format(**names)
    path = signed_in.post(place, json={"type": "file", "name": "x.txt"}).headers["Location"]
    sent = signed_in.put(f"{path}/action-attachment-file-contents", data=b"words", content_type="text/plain")
    assert sent.status_code == 200


def test_the_cookie_is_for_this_api_alone(client: FlaskClient) -> None:
    reply = client.post("/api/auth/login", json={"username": "ada", "password": PASSWORD})
    cookie = reply.headers["Set-Cookie"]
    assert cookie.startswith(f"sid={reply.get_json()['sid']};")
    assert {"HttpOnly", "Path=/api", "SameSite=Lax"} <= set(cookie.split("; "))


def test_the_cookie_is_secure_under_https(client: FlaskClient) -> None:
    body = {"username": "ada", "password": PASSWORD}
    reply = client.post("/api/auth/login", json=body, base_url="https://localhost")
    assert "Secure" in reply.headers["Set-Cookie"].split("; ")


def test_a_header_that_does_not_hold_never_falls_back_to_the_cookie(signed_in: FlaskClient) -> None:
    assert signed_in.get("/api").status_code == 200
    assert signed_in.get("/api", headers={"Authorization": "Bearer wrong"}).status_code == 401


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_logging_out_ends_the_session(signed_in: FlaskClient, method: str) -> None:
    kept = signed_in.get_cookie("sid", path="/api")
    assert kept is not None
    reply = signed_in.open("/api/logout", method=method)
    assert (reply.status_code, reply.data) == (204, b"")
    assert signed_in.get_cookie("sid", path="/api") is None
    signed_in.set_cookie("sid", kept.value, path="/api")
    assert signed_in.get("/api").status_code == 401


def test_another_site_cannot_log_anybody_out(signed_in: FlaskClient) -> None:
    assert signed_in.get("/api/logout", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert signed_in.get("/api").status_code == 200


def test_a_browser_that_logs_out_is_led_to_the_pages(signed_in: FlaskClient) -> None:
    reply = signed_in.get("/api/logout", headers={"Accept": "text/html"})
    assert (reply.status_code, reply.headers["Location"]) == (302, "/")
