"""Bearer, Basic and tokens: who speaks, and what a limited token may do."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from core import accounts
from core.house import House
from tests.cast import PASSWORD, Cast
from tests.informer.conftest import Speaker, SpeakerOf


def basic(name: str, password: str) -> dict[str, str]:
    pair = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


@pytest.mark.parametrize("kind", ["informer", "addenda"])
def test_a_token_of_this_api_or_of_the_house_is_taken(speaker_of: SpeakerOf, cast: Cast, kind: str) -> None:
    assert speaker_of(cast.owner, kind=kind)("GET", "/api").status_code == 200


@pytest.mark.parametrize("kind", ["alloy", "saferme"])
def test_a_token_of_another_api_is_not(speaker_of: SpeakerOf, cast: Cast, kind: str) -> None:
    assert speaker_of(cast.owner, kind=kind)("GET", "/api").status_code == 401


def test_the_scheme_is_read_without_case(client: FlaskClient, owner: Speaker) -> None:
    assert client.get("/api", headers={"Authorization": f"bEaReR {owner.secret}"}).status_code == 200


def test_a_password_or_a_token_speaks_in_basic(client: FlaskClient, owner: Speaker) -> None:
    assert client.get("/api", headers=basic("Ada", PASSWORD)).status_code == 200
    assert client.get("/api", headers=basic("ada", owner.secret)).status_code == 200
    assert client.get("/api", headers=basic("", owner.secret)).status_code == 200


@pytest.mark.parametrize(("name", "password"), [("ada", "wrong wrong"), ("nobody", PASSWORD), ("", "")])
def test_wrong_basic_credentials_are_refused(client: FlaskClient, name: str, password: str) -> None:
    assert client.get("/api", headers=basic(name, password)).status_code == 401


def test_a_token_does_not_speak_for_another_name(client: FlaskClient, owner: Speaker) -> None:
    assert client.get("/api", headers=basic("bo", owner.secret)).status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Digest x", "Basic !!!", "Basic eA==", "i5t_x"])
def test_a_malformed_header_identifies_nobody(client: FlaskClient, header: str) -> None:
    reply = client.get("/api", headers={"Authorization": header})
    assert reply.status_code == 401
    assert reply.get_json()["error"] == "Unauthorized"


def test_a_disabled_user_is_nobody(house: House, cast: Cast, owner: Speaker, client: FlaskClient) -> None:
    accounts.revise(house.database, cast.admin, cast.owner.user_id or 0, accounts.ReviseUser(enabled=False))
    assert owner("GET", "/api").status_code == 401
    assert client.get("/api", headers=basic("ada", PASSWORD)).status_code == 401


def test_the_secret_is_shown_once(owner: Speaker) -> None:
    made = owner("POST", "/api/tokens", json={"type": "personal", "notes": "nightly"})
    assert made.status_code == 201
    assert made.headers["Location"] == f"/api/tokens/{made.json['id']}"
    assert list(made.json)[:6] == ["id", "username", "type", "notes", "token", "readOnly"]
    assert made.json["token"].startswith("i5t_")
    assert owner("GET", made.headers["Location"]).json["token"] == made.json["token"][:10] + "…"


def test_a_read_only_token_reads_and_changes_nothing(owner: Speaker, client: FlaskClient, job_path: str) -> None:
    secret = owner("POST", "/api/tokens", json={"type": "personal", "readOnly": True}).json["token"]
    limited = Speaker(client, secret)
    assert limited("GET", job_path).status_code == 200
    answers = [
        limited("PUT", job_path, json={"name": "x"}),
        limited("DELETE", job_path),
        limited("POST", "/api/jobs", json={"type": "email", "name": "x"}),
        limited("POST", "/api/tokens", json={"type": "personal", "readOnly": True}),
        limited("POST", "/api/files", data={"file": (b"", "x")}, content_type="multipart/form-data; boundary=x"),
    ]
    assert [answer.status_code for answer in answers] == [403] * 5


@pytest.mark.parametrize(
    ("restriction", "status"),
    [
        ({"restrict": "cidr", "cidr": "127.0.0.0/8"}, 200),
        ({"restrict": "cidr", "cidr": "10.0.0.0/8"}, 401),
        ({"restrict": "host", "host": "localhost"}, 200),
        ({"restrict": "host", "host": "192.0.2.7"}, 401),
        ({"restrict": "host", "host": "localhost", "cidr": "10.0.0.0/8"}, 200),
    ],
)
def test_a_restricted_token_works_from_there_only(
    owner: Speaker, client: FlaskClient, restriction: dict[str, str], status: int
) -> None:
    secret = owner("POST", "/api/tokens", json={"type": "personal", **restriction}).json["token"]
    assert Speaker(client, secret)("GET", "/api").status_code == status


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({}, "type"),
        ({"type": ""}, "type"),
        ({"type": "personal", "readOnly": "yes"}, "readOnly"),
        ({"type": "personal", "restrict": "planet"}, "restrict"),
        ({"type": "personal", "restrict": "cidr"}, "cidr"),
        ({"type": "personal", "cidr": "300.0.0.0/8"}, "cidr"),
        ({"type": "personal", "host": "a b"}, "host"),
        ({"type": "personal", "host": "a", "cidr": "10.0.0.0/8"}, "restrict"),
        ({"type": "personal", "notes": "x" * 256}, "notes"),
        ({"type": "personal", "expiresAt": "2001-01-01T00:00:00Z"}, "expiresAt"),
        ({"type": "personal", "expiresAt": "0001-01-01T00:00:00+14:00"}, "expiresAt"),
        ({"type": "personal", "expiresAt": "tomorrow"}, "expiresAt"),
    ],
)
def test_a_bad_token_is_refused_by_name(owner: Speaker, body: dict[str, Any], key: str) -> None:
    reply = owner("POST", "/api/tokens", json=body)
    assert reply.status_code == 400
    assert reply.json["validation"] == {"source": "payload", "keys": [key]}


def test_an_end_in_the_future_is_kept(owner: Speaker) -> None:
    end = datetime.now(UTC) + timedelta(days=3)
    made = owner("POST", "/api/tokens", json={"type": "personal", "expiresAt": end.isoformat()})
    assert made.json["expiresAt"][:16] == end.isoformat()[:16]


def test_only_an_administrator_mints_for_others(owner: Speaker, admin: Speaker) -> None:
    assert owner("POST", "/api/tokens", json={"type": "personal", "username": "bo"}).status_code == 403
    assert owner("POST", "/api/tokens", json={"type": "personal", "username": "nobody"}).status_code == 403
    assert admin("POST", "/api/tokens", json={"type": "personal", "username": "BO"}).json["username"] == "bo"
    assert admin("POST", "/api/tokens", json={"type": "personal", "username": "nobody"}).status_code == 404


def test_tokens_are_listed_narrowed_and_ended(owner: Speaker, client: FlaskClient) -> None:
    made = owner("POST", "/api/tokens", json={"type": "personal", "reportId": "sales"}).json
    listed = owner("GET", "/api/tokens?reportId=sales&username=ADA").json
    assert [item["id"] for item in listed["_embedded"]["inf:token"]] == [made["id"]]
    assert owner("GET", "/api/tokens?username=bo").json["_embedded"] == {"inf:token": []}
    assert owner("GET", "/api/tokens?limit=1").json["total"] == 2
    assert owner("DELETE", f"/api/tokens/{made['id']}").status_code == 204
    assert Speaker(client, made["token"])("GET", "/api").status_code == 401
    assert owner("DELETE", f"/api/tokens/{made['id']}").status_code == 404


def test_tokens_and_sessions_of_others_are_not_there(
    owner: Speaker, stranger: Speaker, admin: Speaker, client: FlaskClient
) -> None:
    token_id = owner("POST", "/api/tokens", json={"type": "personal"}).json["id"]
    client.post("/api/auth/login", json={"username": "ada", "password": PASSWORD})
    (session,) = owner("GET", "/api/sessions").json["_embedded"]["inf:session"]
    assert session["username"] == "ada"
    assert stranger("GET", f"/api/tokens/{token_id}").status_code == 404
    assert stranger("DELETE", f"/api/tokens/{token_id}").status_code == 404
    assert stranger("GET", f"/api/sessions/{session['id']}").status_code == 404
    assert stranger("DELETE", f"/api/sessions/{session['id']}").status_code == 404
    assert stranger("GET", "/api/sessions").json["total"] == 0
    assert admin("GET", f"/api/sessions/{session['id']}").json["user"]["username"] == "ada"
    assert admin("GET", "/api/sessions?username=ada").json["total"] == 1


@pytest.mark.parametrize("path", ["/api/tokens/x", "/api/sessions/x"])
def test_what_is_no_id_is_not_there(owner: Speaker, path: str) -> None:
    assert owner("GET", path).status_code == 404
    assert owner("DELETE", path).status_code == 404
