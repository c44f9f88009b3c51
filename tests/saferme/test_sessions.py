"""Sessions: the pair of tokens, how it is renewed and ends, and the headers that go with it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from core import clock, tokens
from core.house import House
from core.tokens import MintToken
from models import Token
from tests import pictures
from tests.cast import OWNER, PASSWORD, Cast
from tests.saferme.conftest import Speaker

BODY = {"session": {"app_bundle_id": "com.thundermaps.main", "email": OWNER.name, "password": PASSWORD}}


def test_a_session_has_every_member_of_the_document(owner: Speaker) -> None:
    assert list(owner.session) == [
        "access_token",
        "refresh_token",
        "token_expire_at",
        "app_bundle_id",
        "branded_app_id",
        "client_uuid",
        "profile",
    ]
    assert list(owner.session["profile"]) == [
        "user_id",
        "preferred_team_id",
        "user_uuid",
        "personal_account_option",
        "consent_required",
        "profile_details_pending",
        "password_update_pending",
    ]
    assert owner.session["access_token"].startswith("smt_")
    assert owner.session["app_bundle_id"] == "com.thundermaps.main"


def test_a_session_is_good_for_a_year(owner: Speaker) -> None:
    assert owner.session["token_expire_at"] > (clock.now() + timedelta(days=340)).isoformat()


def test_a_session_is_shown_without_its_secrets(owner: Speaker) -> None:
    shown = owner.get("/session").json
    secrets = {"access_token", "refresh_token"}
    assert shown == {"session": {name: value for name, value in owner.session.items() if name not in secrets}}


def test_the_body_may_be_unwrapped(client: FlaskClient, cast: Cast) -> None:
    assert cast.owner.name == OWNER.name
    assert client.post("/api/v4/session", json=BODY["session"]).status_code == 201


def test_a_bad_sign_in_has_the_body_that_clients_read(client: FlaskClient, cast: Cast) -> None:
    reply = client.post("/api/v4/session", json={"session": {"email": cast.owner.name, "password": "wrong"}})
    assert (reply.status_code, reply.headers["WWW-Authenticate"]) == (401, 'Bearer realm="api"')
    assert reply.json == {
        "errors": ["Unable to log in"],
        "failures": {"base": ["Unable to log in"]},
        "error_codes": {"base": [{"error": "bad_credentials"}]},
    }


def test_too_many_tries_are_420(client: FlaskClient, cast: Cast) -> None:
    tries = [{"session": {"email": cast.owner.name, "password": f"wrong {number}"}} for number in range(11)]
    statuses = [client.post("/api/v4/session", json=body).status_code for body in tries]
    assert (statuses[0], statuses[-1]) == (401, 420)


@pytest.mark.parametrize("name", ["email", "password"])
def test_a_missing_member_is_named(client: FlaskClient, name: str) -> None:
    members = {known: value for known, value in BODY["session"].items() if known != name}
    reply = client.post("/api/v4/session", json={"session": members})
    assert (reply.status_code, reply.json) == (422, {"message": "client error", "param": name})


@pytest.mark.parametrize("sent", [b"", b"{", b"[]", b"\xff", b'{"a": NaN}', b"[" * 100_000], ids=pictures.named)
def test_a_body_that_is_no_json_object_is_400(client: FlaskClient, sent: bytes) -> None:
    reply = client.post("/api/v4/session", data=sent, content_type="application/json")
    assert reply.status_code == 400
    assert isinstance(reply.json, dict)


@pytest.mark.parametrize("sent", [{"session": 1}, {"session": {"email": 1, "password": "x"}}, {"session": []}])
def test_members_of_another_kind_are_422(client: FlaskClient, sent: object) -> None:
    assert client.post("/api/v4/session", json=sent).status_code == 422


def test_a_renewed_pair_kills_the_old_one_at_once(owner: Speaker, client: FlaskClient) -> None:
    pair = {"session": {"access_token": owner.token, "refresh_token": owner.refresh}}
    reply = client.patch("/api/v4/session", json=pair)
    assert reply.status_code == 200
    assert reply.json is not None
    fresh = Speaker(client, reply.json["session"]["access_token"], "", {})
    assert (owner.get("/session").status_code, fresh.get("/session").status_code) == (401, 200)
    assert client.patch("/api/v4/session", json=pair).status_code == 401


def test_an_expired_session_can_be_renewed(owner: Speaker, client: FlaskClient, house: House) -> None:
    with house.database.writing() as session:
        session.execute(update(Token).values(expires_at=clock.now() - timedelta(minutes=1)))
    assert owner.get("/session").status_code == 401
    pair = {"session": {"access_token": owner.token, "refresh_token": owner.refresh}}
    assert client.patch("/api/v4/session", json=pair).status_code == 200


def test_an_ended_session_is_no_more(owner: Speaker) -> None:
    reply = owner.delete("/session")
    assert (reply.status_code, reply.json) == (200, {})
    assert owner.get("/session").status_code == 401


@pytest.mark.parametrize(
    "header", ["Token token={}", 'Token token="{}"', "token TOKEN={}", "Bearer {}", "bearer {}", "Token {}"]
)
def test_the_token_is_taken_in_every_spelling(client: FlaskClient, owner: Speaker, header: str) -> None:
    reply = client.get("/api/v4/session", headers={"Authorization": header.format(owner.token)})
    assert reply.status_code == 200


@pytest.mark.parametrize("header", [None, "", "Token", "Token token=", "Token token=nope", "Basic YTpi", "Bearer \xff"])
def test_without_a_good_token_it_is_401_with_a_bearer_challenge(client: FlaskClient, header: str | None) -> None:
    reply = client.get("/api/v4/session", headers={} if header is None else {"Authorization": header})
    assert (reply.status_code, reply.headers["WWW-Authenticate"]) == (401, 'Bearer realm="api"')


def test_an_addenda_token_works_too_but_is_not_ended_here(client: FlaskClient, house: House, cast: Cast) -> None:
    minted = tokens.mint(house.database, cast.owner, MintToken(cast.owner.user_id or 0))
    own = Speaker(client, minted.secret, "", {})
    assert (own.get("/session").status_code, own.delete("/session").status_code) == (200, 403)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-AppID": "com.thundermaps.saferme"}, 200),
        ({"X-AppId": "com.thundermaps.main"}, 200),
        ({"X-AppID": "com.example.other"}, 422),
        ({"X-InstallationID": "anything"}, 200),
        ({"X-TeamID": "1"}, 200),
        ({"X-TeamID": "2"}, 403),
        ({"X-TeamID": "x"}, 403),
    ],
)
def test_the_headers_of_app_and_team(owner: Speaker, headers: dict[str, str], status: int) -> None:
    assert owner.get("/session", headers=headers).status_code == status


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nothing", 404), ("PUT", "/session", 405), ("GET", "/../x", 404)]
)
def test_other_addresses_have_the_same_kind_of_body(owner: Speaker, method: str, path: str, status: int) -> None:
    reply = owner.send(method, path)
    assert reply.status_code == status
    assert isinstance(reply.json, dict)
    assert list(reply.json) == ["errors", "failures", "error_codes"]
