"""Every refusal has this API's own body, in the order of the checks; nothing bad is ever a 500 or HTML."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient

from blueprints import http
from blueprints.informer.errors import STATUSES
from tests.informer.conftest import Speaker

NOWHERE = str(uuid.uuid4())


def test_every_code_has_a_status() -> None:
    http.assert_covers(STATUSES)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"name": "x"}, "type"),
        ({"type": "file"}, "name"),
        ({"type": "fax", "name": "x"}, "type"),
        ({"type": "link", "name": "x"}, "type"),
        ({"type": 1, "name": "x"}, "type"),
        ({"type": "file", "name": ""}, "name"),
        ({"type": "file", "name": " \t"}, "name"),
        ({"type": "file", "name": None}, "name"),
        ({"type": "file", "name": "x" * 256}, "name"),
        ({"type": "file", "name": "a\nb"}, "name"),
        ({"type": "file", "name": "x", "data": []}, "data"),
        ({"type": "file", "name": "x", "data": "{}"}, "data"),
        ({"type": "report", "name": "x", "data": {"format": "docx"}}, "data.format"),
        ({"type": "dataset", "name": "x", "data": {"format": ["pdf"]}}, "data.format"),
    ],
)
def test_a_bad_attachment_is_refused_by_name(owner: Speaker, place: str, body: dict[str, Any], key: str) -> None:
    reply = owner("POST", place, json=body)
    assert reply.status_code == 400
    assert list(reply.json) == ["statusCode", "error", "message", "validation"]
    assert (reply.json["statusCode"], reply.json["error"]) == (400, "Bad Request")
    assert reply.json["validation"] == {"source": "payload", "keys": [key]}
    assert owner("GET", place).json["total"] == 0


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'"x"', "application/json", 400),
        (b"null", "application/json", 400),
        (b'{"type":"file","name":"\xff"}', "application/json", 400),
        (b'{"type":"file","name":"\\ud800"}', "application/json", 400),
        (b'{"type":"file","name":"a\\u0000"}', "application/json", 400),
        (b'{"type":"file","name":"x","data":{"n":9223372036854775808}}', "application/json", 400),
        (b'{"type":"file","name":"x","data":' + b"[" * 40 + b"]" * 40 + b"}", "application/json", 400),
        (b"<a/>", "application/xml", 415),
        (b'{"type":"file","name":"x"}', "text/plain", 415),
        (b" " * (2**20 + 1), "application/json", 413),
        (b"type=file&name=%ff", "application/x-www-form-urlencoded", 400),
    ],
)
def test_a_bad_body_is_refused_as_json(owner: Speaker, place: str, body: bytes, content_type: str, status: int) -> None:
    reply = owner("POST", place, data=body, content_type=content_type)
    assert reply.status_code == status
    assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
    assert reply.json["statusCode"] == status


def test_a_flat_form_makes_an_attachment(owner: Speaker, place: str) -> None:
    assert owner("POST", place, data={"type": "file", "name": "x"}).status_code == 201


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 200),
        ({"type": "file"}, 200),
        ({"type": "report"}, 400),
        ({"name": None}, 400),
        ({"name": " "}, 400),
        ({"data": None}, 400),
    ],
)
def test_a_change_says_what_it_may(owner: Speaker, file_path: str, body: dict[str, Any], status: int) -> None:
    assert owner("PUT", file_path, json=body).status_code == status
    assert owner("GET", file_path).json["name"] == "plan.txt"


def test_a_null_removes_a_member_and_ours_cannot_be_forged(owner: Speaker, file_path: str, contents: str) -> None:
    owner("PUT", contents, data=b"abc")
    before = owner("PUT", file_path, json={"data": {"a": 1, "b": {"c": 2}}}).json["data"]
    forged = {"a": None, "size": 7, "sha256": "0", "filename": "x", "contentType": "x"}
    after = owner("PUT", file_path, json={"data": forged}).json["data"]
    assert after == {name: value for name, value in before.items() if name != "a"}
    assert (after["size"], after["filename"], after["b"]) == (3, "plan.txt", {"c": 2})


def test_a_change_says_when(owner: Speaker, file_path: str, job_path: str) -> None:
    before = owner("GET", job_path).json["updatedAt"]
    owner("PUT", file_path, json={"name": "other"})
    assert owner("GET", job_path).json["updatedAt"] > before


def test_parents_must_really_nest(owner: Speaker, place: str, file_path: str, secret_path: str) -> None:
    attachment = file_path.rpartition("/")[2]
    other = owner("POST", f"{secret_path}/actions", json={"type": "email"}).headers["Location"]
    action = place.split("/")[5]
    assert owner("GET", f"{other}/attachments/{attachment}").status_code == 404
    assert owner("GET", f"{secret_path}/actions/{action}").status_code == 404
    assert owner("PUT", f"{secret_path}/actions/{action}/attachments/{attachment}", json={}).status_code == 404
    assert owner("DELETE", f"{other}/attachments/{attachment}").status_code == 404
    assert owner("GET", file_path).status_code == 200


def test_the_checks_come_in_order(
    client: FlaskClient, owner: Speaker, reader: Speaker, stranger: Speaker, job_path: str, secret_path: str
) -> None:
    below = f"/actions/{NOWHERE}/attachments/{NOWHERE}"
    bad = {"json": {"type": 7}}
    assert client.put(job_path + below, **bad).status_code == 401
    assert client.put("/api/jobs/x" + below, **bad).status_code == 401
    assert reader("PUT", "/api/jobs/x" + below, **bad).status_code == 404
    assert stranger("PUT", secret_path + below, **bad).status_code == 404
    assert reader("PUT", job_path + below, **bad).status_code == 403
    assert owner("PUT", job_path + below, **bad).status_code == 404
    assert reader("GET", job_path + below).status_code == 404


def test_a_stranger_cannot_tell_missing_from_forbidden(stranger: Speaker, secret_path: str) -> None:
    forbidden = stranger("GET", f"{secret_path}/actions")
    missing = stranger("GET", f"/api/jobs/{NOWHERE}/actions")
    assert (forbidden.status_code, forbidden.data) == (missing.status_code, missing.data)


def test_a_read_only_token_is_told_no_where_it_could_read(read_only: Speaker, place: str, secret_path: str) -> None:
    body = {"json": {"type": "file", "name": "x"}}
    assert read_only("POST", place, **body).status_code == 403
    assert read_only("POST", f"{secret_path}/actions", **body).status_code == 403
    assert read_only("POST", f"/api/jobs/{NOWHERE}/actions", **body).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/nothing", 404),
        ("GET", "/api/datasets", 404),
        ("GET", "/api/reports", 404),
        ("GET", "/api/rels/jobs", 404),
        ("PATCH", "/api/jobs", 405),
        ("DELETE", "/api/job-attachment-drivers", 405),
        ("GET", "/api/auth/login", 405),
    ],
)
def test_what_is_not_served_is_refused_in_this_form(owner: Speaker, method: str, path: str, status: int) -> None:
    reply = owner(method, path)
    assert reply.status_code == status
    assert list(reply.json) == ["statusCode", "error", "message"]
    assert ("Allow" in reply.headers) == (status == 405)


def test_hal_is_answered_where_it_is_asked_for(owner: Speaker) -> None:
    plain = owner("GET", "/api", headers={"Accept": "*/*"})
    named = owner("GET", "/api", headers={"Accept": "application/hal+json"})
    assert plain.headers["Content-Type"] == "application/json; charset=utf-8"
    assert named.headers["Content-Type"] == "application/hal+json; charset=utf-8"


def test_everything_the_root_links_to_is_there(owner: Speaker) -> None:
    links = owner("GET", "/api").json["_links"]
    wanted = [links[rel]["href"].partition("{")[0] for rel in links if rel not in ("curies", "inf:logout")]
    assert [owner("GET", path).status_code for path in wanted] == [200] * len(wanted)
