"""Who speaks: Basic, Bearer, a token as the password of Basic; the anonymous learn nothing."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from core import shares, tokens
from core.access import Caller
from core.house import House
from core.tokens import MintToken
from models import Group, Level, Membership, Record
from tests.cast import Cast
from tests.nimblex.speaker import CONTRACT, JSON_API, Speaker, basic

LIST = f"{CONTRACT}/attachments"


def minted(house: House, caller: Caller, kind: str = tokens.OWN, scope: str = "write") -> str:
    assert caller.user_id is not None
    return tokens.mint(house.database, caller, MintToken(caller.user_id, kind, scope=scope)).secret


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Basic YWRh",
        basic("ada", "wrong password"),
        basic("nobody"),
        basic("ada", "adt_unknown"),
        "Bearer adt_unknown",
        "Token token=x",
    ],
)
@pytest.mark.parametrize("path", [LIST, "/jsonapi/records/Contract/1/attachments", f"{LIST}/content/a.txt"])
@pytest.mark.usefixtures("contract")
def test_without_a_credential_everything_looks_the_same(client: FlaskClient, path: str, header: str | None) -> None:
    response = client.get(path, headers={} if header is None else {"Authorization": header})
    (error,) = response.get_json()["errors"]
    assert (response.status_code, error["status"]) == (401, "401")
    assert response.headers["WWW-Authenticate"] == 'Basic realm="nimblex"'
    assert response.headers["Content-Type"] == JSON_API


@pytest.mark.usefixtures("contract")
def test_a_token_is_taken_as_bearer_and_as_password(house: House, cast: Cast, client: FlaskClient) -> None:
    secret = minted(house, cast.owner)
    headers = ({"Authorization": f"Bearer {secret}"}, {"Authorization": basic("anything", secret)})
    assert [client.get(LIST, headers=header).status_code for header in headers] == [200, 200]


@pytest.mark.usefixtures("contract")
def test_a_reading_token_reads_and_changes_nothing(house: House, cast: Cast, client: FlaskClient) -> None:
    header = {"Authorization": f"Bearer {minted(house, cast.owner, scope='read')}"}
    assert client.get(LIST, headers=header).status_code == 200
    assert client.post(f"{LIST}/content/a.txt", data=b"x", headers=header).status_code == 403
    assert client.delete(f"{LIST}/a.txt", headers=header).status_code == 403


@pytest.mark.usefixtures("contract")
def test_another_apis_token_is_not_taken(house: House, cast: Cast, client: FlaskClient) -> None:
    header = {"Authorization": f"Bearer {minted(house, cast.owner, 'informer')}"}
    assert client.get(LIST, headers=header).status_code == 401


@pytest.mark.parametrize("foreign", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_foreign_page_cannot_use_the_credentials_a_browser_keeps(owner: Speaker, foreign: dict[str, str]) -> None:
    response = owner.post(f"{LIST}/content/a.txt", data=b"x", headers=foreign)
    assert response.status_code == 403
    assert owner.ids() == []


@pytest.mark.parametrize("own", [{"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}])
def test_an_own_page_can(owner: Speaker, own: dict[str, str]) -> None:
    assert owner.post(f"{LIST}/content/a.txt", data=b"x", headers=own).status_code == 200


def test_a_share_through_a_group_in_a_group_is_enough(
    house: House, cast: Cast, owner: Speaker, stranger: Speaker, secret_contract: Record
) -> None:
    share_through_nested_groups(house, cast, secret_contract)
    owner.upload("a.txt", b"x", record="/jsonapi/records/Contract/58")
    assert stranger.ids("/jsonapi/records/Contract/58") == ["Contract/58/attachments/a.txt"]


def share_through_nested_groups(house: House, cast: Cast, record: Record) -> None:
    """Share with a group that contains, in a circle, the group of the stranger."""
    with house.database.writing() as session:
        outer, inner = (Group(name=name, name_key=name, created_at=record.created_at) for name in ("outer", "inner"))
        session.add_all([outer, inner])
        session.flush()
        session.add_all(
            [
                Membership(group_id=inner.id, user_id=cast.stranger.user_id),
                Membership(group_id=outer.id, member_group_id=inner.id),
                Membership(group_id=inner.id, member_group_id=outer.id),
            ]
        )
    shares.set_level(house.database, cast.owner, record, outer, Level.READ)
