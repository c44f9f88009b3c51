"""Tokens: given, renewed, verified, refused exactly as the clients count on (UFDL sheet §2)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from joserfc import jwt

from blueprints.ufdl import tokens
from core import accounts
from core.access import HOUSE
from core.accounts import ReviseUser
from core.house import House
from core.tokens import MintToken, mint
from tests.cast import PASSWORD, Cast
from tests.ufdl.conftest import Speaker, user_id

GOOD = {"username": "ada", "password": PASSWORD}


def pair(client: FlaskClient) -> dict[str, str]:
    """Sign ada in."""
    reply = client.post("/v1/auth/obtain", json=GOOD)
    assert reply.status_code == 200
    assert reply.json is not None
    return dict(reply.json)


@pytest.mark.usefixtures("cast")
def test_obtain_gives_a_pair_without_blanks(client: FlaskClient) -> None:
    found = pair(client)
    assert list(found) == ["refresh", "access"]
    assert " " not in found["refresh"] + found["access"]


def test_an_access_token_names_its_user_as_text_and_lives_five_minutes(
    client: FlaskClient, house: House, cast: Cast
) -> None:
    claims = jwt.decode(pair(client)["access"], tokens._key(house.settings.secret_key), algorithms=["HS256"]).claims
    assert (claims["upk"], claims["jtt"], claims["exp"] - claims["iat"]) == (str(cast.owner.user_id), "access", 300)


@pytest.mark.usefixtures("cast")
def test_form_encoded_credentials_work_too(client: FlaskClient) -> None:
    assert client.post("/v1/auth/obtain/", data=GOOD).status_code == 200


@pytest.mark.parametrize("password", ["wrong wrong wrong", "x"])
@pytest.mark.usefixtures("cast")
def test_a_wrong_password_is_401_with_nothing_but_a_text(client: FlaskClient, password: str) -> None:
    reply = client.post("/v1/auth/obtain", json={**GOOD, "password": password})
    assert reply.status_code == 401
    assert reply.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    assert list(reply.json or {}) == ["detail"]


@pytest.mark.usefixtures("cast")
def test_a_disabled_user_looks_like_a_wrong_password(client: FlaskClient, house: House) -> None:
    wrong = client.post("/v1/auth/obtain", json={**GOOD, "password": "something else"})
    accounts.revise(house.database, HOUSE, user_id(house, "ada"), ReviseUser(enabled=False))
    disabled = client.post("/v1/auth/obtain", json=GOOD)
    assert (disabled.status_code, disabled.json) == (wrong.status_code, wrong.json)


def test_missing_and_blank_fields_are_named(client: FlaskClient) -> None:
    reply = client.post("/v1/auth/obtain", json={"username": " "})
    assert reply.status_code == 400
    assert reply.json == {"username": ["This field may not be blank."], "password": ["This field is required."]}


@pytest.mark.parametrize("path", ["obtain", "refresh", "verify"])
def test_get_is_not_allowed_on_the_token_addresses(client: FlaskClient, path: str) -> None:
    reply = client.get(f"/v1/auth/{path}")
    assert reply.status_code == 405
    assert "POST" in reply.headers["Allow"]
    assert reply.json is not None
    assert "detail" in reply.json


@pytest.mark.usefixtures("cast")
def test_refresh_gives_an_access_token_alone(client: FlaskClient) -> None:
    reply = client.post("/v1/auth/refresh", json={"refresh": pair(client)["refresh"]})
    assert reply.status_code == 200
    assert list(reply.json or {}) == ["access"]


@pytest.mark.parametrize("kind", ["access", "garbage"])
@pytest.mark.usefixtures("cast")
def test_refresh_with_anything_but_a_refresh_token_is_exactly_401(client: FlaskClient, kind: str) -> None:
    reply = client.post("/v1/auth/refresh", json={"refresh": {**pair(client), "garbage": "a.b.c"}[kind]})
    assert reply.status_code == 401
    assert reply.json is not None
    assert reply.json["code"] == "token_not_valid"


@pytest.mark.parametrize("kind", ["access", "refresh"])
@pytest.mark.usefixtures("cast")
def test_verify_says_nothing_about_a_good_token(client: FlaskClient, kind: str) -> None:
    reply = client.post("/v1/auth/verify", json={"token": pair(client)[kind]})
    assert (reply.status_code, reply.json) == (200, {})


def test_a_change_of_password_ends_both_tokens(client: FlaskClient, house: House, cast: Cast) -> None:
    found = pair(client)
    accounts.revise(house.database, cast.owner, user_id(house, "ada"), ReviseUser(password="entirely new words"))
    replies = [
        client.post("/v1/job-outputs/list", headers={"Authorization": f"Bearer {found['access']}"}),
        client.post("/v1/auth/refresh", json={"refresh": found["refresh"]}),
        client.post("/v1/auth/verify", json={"token": found["access"]}),
    ]
    assert [reply.status_code for reply in replies] == [401, 401, 401]
    assert {(reply.json or {}).get("code") for reply in replies} == {"token_not_valid"}


@pytest.mark.usefixtures("cast", "house")
def test_an_expired_token_says_what_it_was_for(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tokens.LIFETIMES, "access", timedelta(seconds=-1))
    reply = client.post("/v1/job-outputs/list", headers={"Authorization": f"Bearer {pair(client)['access']}"})
    assert reply.status_code == 401
    assert reply.json == {
        "detail": "Given token not valid for any token type",
        "code": "token_not_valid",
        "messages": [{"token_class": "AccessToken", "token_type": "access", "message": "Token is invalid or expired"}],
    }


@pytest.mark.usefixtures("cast")
def test_a_disabled_users_token_says_so(client: FlaskClient, house: House) -> None:
    token = pair(client)["access"]
    accounts.revise(house.database, HOUSE, user_id(house, "ada"), ReviseUser(enabled=False))
    reply = client.post("/v1/job-outputs/list", headers={"Authorization": f"Bearer {token}"})
    assert (reply.status_code, (reply.json or {})["code"]) == (401, "user_inactive")


@pytest.mark.usefixtures("cast")
def test_a_token_of_another_instance_is_refused(client: FlaskClient, house: House) -> None:
    foreign = tokens.issue(b"another key, another house", user_id(house, "root"), 1, "access")
    assert client.post("/v1/job-outputs/list", headers={"Authorization": f"Bearer {foreign}"}).status_code == 401


@pytest.mark.parametrize("header", ["bearer {}", "JWT {}", "Token token={}", "Basic YWRhOmFkYQ==", ""])
@pytest.mark.usefixtures("cast")
def test_another_scheme_counts_as_no_credentials(client: FlaskClient, header: str) -> None:
    sent = {"Authorization": header.format(pair(client)["access"])}
    reply = client.post("/v1/job-outputs/list", headers=sent)
    assert reply.status_code == 401
    assert list(reply.json or {}) == ["detail"]


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b"])
def test_bearer_with_none_or_two_values_is_malformed(client: FlaskClient, header: str) -> None:
    reply = client.post("/v1/job-outputs/list", headers={"Authorization": header})
    assert (reply.status_code, (reply.json or {})["code"]) == (401, "bad_authorization_header")


def test_addendas_own_token_works(client: FlaskClient, house: House, cast: Cast) -> None:
    made = mint(house.database, cast.owner, MintToken(user_id(house, "ada")))
    assert Speaker(client, made.secret).post("/job-outputs/list").status_code == 200


def test_an_unknown_house_token_is_not_valid(client: FlaskClient) -> None:
    reply = Speaker(client, "adt_unknown").post("/job-outputs/list")
    assert (reply.status_code, (reply.json or {})["code"]) == (401, "token_not_valid")


def test_a_read_only_token_reads_and_writes_nothing(client: FlaskClient, house: House, cast: Cast) -> None:
    made = mint(house.database, cast.admin, MintToken(user_id(house, "root"), scope="read"))
    robot = Speaker(client, made.secret)
    assert robot.post("/job-outputs/list").status_code == 200
    assert robot.delete("/job-outputs/1").status_code == 403


def test_the_last_login_is_noted(house: House, owner: Speaker) -> None:
    owner.post("/job-outputs/list")
    assert accounts.find(house.database, "ada").last_login_at is not None
