"""POST /api/token: a password or a client secret for a bearer token."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core import accounts, applications, tokens
from core.access import HOUSE
from core.accounts import AddUser, ReviseUser
from core.house import House
from core.tokens import MintToken
from tests.alloy.conftest import Alloy
from tests.cast import OWNER, PASSWORD, Cast

GRANT = {"grant_type": "password", "username": OWNER.name, "password": PASSWORD}


@pytest.fixture
def application(house: House) -> dict[str, str]:
    user = accounts.add(house.database, HOUSE, AddUser("inventory", "admin", is_application=True))
    minted = tokens.mint(house.database, HOUSE, MintToken(user.id, "client"))
    return {"grant_type": "client_credentials", "client_id": str(user.guid), "client_secret": minted.secret}


def refusal(response: TestResponse) -> tuple[int, str]:
    body = response.get_json()
    assert set(body) == {"error", "error_description"}
    return response.status_code, body["error"]


def test_the_token_answer_has_the_members_that_clients_read(client: FlaskClient) -> None:
    response = client.post("/api/token", data=GRANT)
    body = response.get_json()
    assert (response.status_code, response.content_type) == (200, "application/json; charset=utf-8")
    assert list(body) == ["access_token", "token_type", "expires_in"]
    assert (body["token_type"], body["expires_in"]) == ("bearer", 86400)
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("job")
def test_the_token_opens_the_api(client: FlaskClient) -> None:
    token = client.post("/api/token", data=GRANT).get_json()["access_token"]
    assert Alloy(client, token).answer("GET", "Object/J000001/Attachments")["Data"] == []


def test_json_is_taken_as_well_as_a_form(client: FlaskClient) -> None:
    assert client.post("/api/token", json=GRANT).get_json()["token_type"] == "bearer"


def test_an_application_signs_in_with_its_secret(client: FlaskClient, application: dict[str, str]) -> None:
    assert client.post("/api/token", json=application).status_code == 200
    assert client.post("/api/token", data=application).status_code == 200


def test_the_answer_is_json_whatever_accept_says(client: FlaskClient) -> None:
    response = client.post("/api/token", data=GRANT, headers={"Accept": "text/xml"})
    assert response.content_type == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    "path", ["/api/v2/token", "/api/v1/token", "/alloy/api/token", "/alloy/api/v2/token", "/API//Token/"]
)
def test_the_token_call_has_every_address(client: FlaskClient, path: str) -> None:
    assert client.post(path, data=GRANT).status_code == 200


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"password": "wrong"}, "invalid_grant"),
        ({"username": "nobody"}, "invalid_grant"),
        ({"grant_type": "implicit"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "unsupported_grant_type"),
        ({"password": ""}, "invalid_request"),
    ],
)
def test_a_bad_grant_is_an_oauth_error(client: FlaskClient, changed: dict[str, str], error: str) -> None:
    assert refusal(client.post("/api/token", data=GRANT | changed)) == (400, error)


@pytest.mark.parametrize("changed", [{"client_secret": "wrong"}, {"client_id": "x"}])
def test_a_bad_application_is_an_oauth_error(
    client: FlaskClient, application: dict[str, str], changed: dict[str, str]
) -> None:
    assert refusal(client.post("/api/token", data=application | changed)) == (400, "invalid_client")


def test_another_kind_of_token_is_no_client_secret(
    client: FlaskClient, house: House, cast: Cast, application: dict[str, str]
) -> None:
    own = tokens.mint(house.database, cast.admin, MintToken(cast.admin.user_id or 0)).secret
    assert refusal(client.post("/api/token", data=application | {"client_secret": own})) == (400, "invalid_client")


def test_unknown_user_and_wrong_password_get_the_same_answer(client: FlaskClient) -> None:
    unknown = client.post("/api/token", data=GRANT | {"username": "nobody"})
    wrong = client.post("/api/token", data=GRANT | {"password": "wrong"})
    assert unknown.data == wrong.data


def test_a_body_that_is_no_json_is_an_oauth_error(client: FlaskClient) -> None:
    assert refusal(client.post("/api/token", data=b"{not json")) == (400, "invalid_request")


def test_getting_the_token_address_is_refused_in_its_own_form(client: FlaskClient) -> None:
    response = client.get("/api/token")
    assert refusal(response) == (405, "invalid_request")
    assert "POST" in response.headers["Allow"]


@pytest.mark.parametrize("header", [None, "", "bearer", "bearer wrong", "Basic YWRhOng=", "nonsense"])
def test_without_a_valid_token_nothing_is_told(client: FlaskClient, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    response = client.get("/api/v2/Object/J000001/Attachments", headers=headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.get_json() == {
        "success": False,
        "errorCode": 100,
        "errorText": "Authorization has been denied for this request.",
        "responseObject": None,
    }


@pytest.mark.parametrize("scheme", ["bearer", "Bearer", "BEARER"])
@pytest.mark.usefixtures("job")
def test_the_scheme_is_read_without_case(client: FlaskClient, owner: Alloy, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {owner.token}"}
    assert client.get("/api/v2/Object/J000001/Attachments", headers=headers).status_code == 200


@pytest.mark.usefixtures("job")
def test_an_addenda_token_works_here_too(client: FlaskClient, house: House, cast: Cast) -> None:
    own = tokens.mint(house.database, cast.owner, MintToken(cast.owner.user_id or 0)).secret
    assert Alloy(client, own).answer("GET", "Object/J000001/Attachments")["Data"] == []


@pytest.mark.usefixtures("job")
def test_a_disabled_user_is_out_at_once(owner: Alloy, house: House, cast: Cast) -> None:
    accounts.revise(house.database, HOUSE, cast.owner.user_id or 0, ReviseUser(enabled=False))
    assert owner.call("GET", "Object/J000001/Attachments").status_code == 401


@pytest.mark.usefixtures("private_ticket")
def test_an_administrator_acts_for_a_person_with_that_persons_rights(admin: Alloy, house: House) -> None:
    stan = accounts.find(house.database, "stan")
    headers = {"Impersonating-User-Id": str(stan.guid)}
    assert admin.call("GET", "Object/T000001/Attachments").get_json()["success"]
    assert admin.refusal("GET", "Object/T000001/Attachments", headers=headers) == (102, "Object T000001 not found.")


@pytest.mark.usefixtures("private_ticket")
def test_nobody_else_acts_for_a_person(stranger: Alloy, house: House) -> None:
    ada = accounts.find(house.database, "ada")
    headers = {"Impersonating-User-Id": str(ada.guid)}
    assert stranger.refusal("GET", "Object/T000001/Attachments", headers=headers)[0] == 101


@pytest.mark.parametrize("guid", ["00000000-0000-0000-0000-000000000000", "nobody"])
@pytest.mark.usefixtures("job")
def test_acting_for_nobody_known_is_an_error(admin: Alloy, guid: str) -> None:
    assert admin.refusal("GET", "Object/J000001/Attachments", headers={"Impersonating-User-Id": guid})[0] == 104


@pytest.mark.usefixtures("private_ticket")
def test_an_application_may_do_everything_with_every_object(client: FlaskClient, application: dict[str, str]) -> None:
    program = Alloy(client, client.post("/api/token", json=application).get_json()["access_token"])
    program.answer("PUT", "Object/T000001/Attachments", json={"FileName": "a.txt", "Data": ""})
    assert len(program.answer("GET", "Object/T000001/Attachments")["Data"]) == 1
    assert [item["name"] for item in program.answer("GET", "profile")["Items"]] == ["ID", "Name"]


def test_a_new_secret_ends_the_old_one_and_its_tokens(
    client: FlaskClient, house: House, application: dict[str, str]
) -> None:
    token = client.post("/api/token", json=application).get_json()["access_token"]
    renewed = applications.renew(house.database, HOUSE, "inventory")
    assert Alloy(client, token).call("GET", "profile").status_code == 401
    assert refusal(client.post("/api/token", json=application)) == (400, "invalid_client")
    assert client.post("/api/token", json={**application, "client_secret": renewed.secret}).status_code == 200
