"""Logging in: both addresses, the published reply, and what is refused."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.cast import PASSWORD
from tests.informer.conftest import Speaker

GOOD = {"username": "ada", "password": PASSWORD}


@pytest.mark.parametrize("address", ["/api/auth/login", "/api/login/local"])
def test_the_reply_is_the_published_one(client: FlaskClient, address: str) -> None:
    reply = client.post(address, json=GOOD)
    document = reply.get_json()
    assert reply.status_code == 200
    assert list(document) == ["user", "sid", "jwt", "wsToken", "locale", "lang"]
    assert document["user"] == {
        "username": "ada",
        "displayName": "ada",
        "email": None,
        "domain": "local",
        "enabled": True,
        "superuser": False,
        "_links": {"self": {"href": "/api/users/ada"}},
    }
    assert (document["locale"], document["lang"]) == ("en-US", "en")


def test_an_administrator_is_a_superuser(client: FlaskClient) -> None:
    reply = client.post("/api/auth/login", json={"username": "root", "password": PASSWORD})
    assert reply.get_json()["user"]["superuser"] is True


def test_names_are_compared_without_case(client: FlaskClient) -> None:
    assert client.post("/api/auth/login", json={**GOOD, "username": "ADA"}).status_code == 200


def test_the_jwt_is_a_bearer_token_until_the_session_ends(client: FlaskClient) -> None:
    jwt = client.post("/api/auth/login", json=GOOD).get_json()["jwt"]
    client.delete_cookie("sid", path="/api")
    speaker = Speaker(client, jwt)
    assert speaker("GET", "/api").status_code == 200
    session_id = speaker("GET", "/api/sessions").json["_embedded"]["inf:session"][0]["id"]
    assert speaker("DELETE", f"/api/sessions/{session_id}").status_code == 204
    assert speaker("GET", "/api").status_code == 401


@pytest.mark.parametrize(
    "body",
    [{**GOOD, "password": "wrong wrong"}, {**GOOD, "username": "nobody"}],
    ids=["wrong password", "unknown name"],
)
def test_wrong_credentials_get_one_answer(client: FlaskClient, body: dict[str, str]) -> None:
    reply = client.post("/api/auth/login", json=body)
    assert reply.status_code == 401
    assert reply.get_json() == {"statusCode": 401, "error": "Unauthorized", "message": "Unable to log in"}
    assert reply.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("address", "body", "source", "key"),
    [
        ("/api/login/saml", GOOD, "params", "domain"),
        ("/api/auth/login", {"password": PASSWORD}, "payload", "username"),
        ("/api/auth/login", {"username": "ada"}, "payload", "password"),
        ("/api/auth/login", {"username": 7, "password": PASSWORD}, "payload", "username"),
        ("/api/auth/login?redirect=maybe", GOOD, "query", "redirect"),
    ],
)
def test_a_bad_request_names_what_is_wrong(
    client: FlaskClient, address: str, body: dict[str, object], source: str, key: str
) -> None:
    reply = client.post(address, json=body)
    assert reply.status_code == 400
    assert reply.get_json()["validation"] == {"source": source, "keys": [key]}


def test_a_form_logs_nobody_in(client: FlaskClient) -> None:
    assert client.post("/api/auth/login", data=GOOD).status_code == 415


def test_a_redirect_leads_to_the_pages(client: FlaskClient) -> None:
    reply = client.post("/api/auth/login?redirect=true", json=GOOD)
    assert (reply.status_code, reply.headers["Location"]) == (302, "/")


def test_the_eleventh_wrong_try_has_to_wait(client: FlaskClient) -> None:
    bad = {**GOOD, "password": "wrong wrong"}
    tries = [client.post("/api/auth/login", json=bad).status_code for _ in range(11)]
    assert tries == [401] * 10 + [429]
    assert "Retry-After" in client.post("/api/auth/login", json=GOOD).headers
