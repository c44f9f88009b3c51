"""What is said about reports, and accounts that administrators make."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.cast import PASSWORD
from tests.saferme.conftest import Speaker

PLACE = {"account_id": 1, "geom": "Point(174.76 -36.85)"}


@pytest.fixture
def number(owner: Speaker) -> int:
    """A report of the owner's."""
    made = owner.post("/reports", json=PLACE).json
    assert made is not None
    return int(made["id"])


def test_a_comment_is_made_and_listed(teammate: Speaker, owner: Speaker, number: int) -> None:
    sent = {"report_comment": {"report_id": number, "content": "Fixed it."}}
    made = teammate.post("/report_comments", json=sent)
    listed = owner.get("/report_comments", query_string={"report_id": number})
    assert (made.status_code, listed.status_code, listed.json) == (201, 200, [made.json])
    assert made.json is not None
    assert (made.json["content"], made.json["report_id"]) == ("Fixed it.", number)
    counted = owner.get(f"/reports/{number}?fields=comment_count").json
    assert counted is not None
    assert counted["comment_count"] == 1


def test_the_same_uuid_again_is_one_comment(owner: Speaker, number: int) -> None:
    sent = {"report_id": number, "content": "Once.", "uuid": str(uuid.uuid4()), "is_anonymous": True}
    first, again = owner.post("/report_comments", json=sent), owner.post("/report_comments", json=sent)
    assert (first.status_code, again.status_code, again.json) == (201, 201, first.json)
    assert first.json is not None
    assert (first.json["uuid"], first.json["user_id"]) == (sent["uuid"], None)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"content": ""}, 422),
        ({"content": "x" * 20_001}, 422),
        ({"content": None}, 422),
        ({"content": 5}, 422),
        ({"uuid": "x"}, 422),
        ({"report_id": None}, 422),
        ({"report_id": 99999}, 404),
        ({"report_id": "x"}, 404),
    ],
)
def test_a_comment_that_makes_no_sense_is_refused(
    owner: Speaker, number: int, change: dict[str, Any], status: int
) -> None:
    sent = {"report_id": number, "content": "Hello.", **change}
    assert owner.post("/report_comments", json=sent).status_code == status
    assert owner.get("/report_comments", query_string={"report_id": number}).json == []


def test_a_viewer_reads_comments_and_makes_none(reader: Speaker, number: int) -> None:
    made = reader.post("/report_comments", json={"report_id": number, "content": "Hello."})
    assert (made.status_code, reader.get(f"/report_comments?report_id={number}").status_code) == (403, 200)


def test_whose_comments_are_wanted_must_be_said(owner: Speaker) -> None:
    assert owner.get("/report_comments").json == {"message": "client error", "param": "report_id"}


def test_an_administrator_makes_an_account_with_a_session(admin: Speaker) -> None:
    sent = {"user": {"email": "new@example.org", "password": PASSWORD, "first_name": "New", "last_name": "Hand"}}
    made = admin.post("/users", json=sent)
    assert made.status_code == 201
    assert made.json is not None
    fresh = Speaker(admin.client, made.json["session"]["access_token"], "", {})
    shown = fresh.get("/users/me").json
    assert shown is not None
    assert (shown["email"], shown["name"]) == ("new@example.org", "New Hand")


@pytest.mark.parametrize(
    ("change", "status"),
    [({"password": "short"}, 422), ({"email": "no address"}, 422), ({"email": None}, 422), ({"password": 5}, 422)],
)
def test_an_account_that_breaks_a_rule_is_refused(admin: Speaker, change: dict[str, Any], status: int) -> None:
    sent = {"email": "new@example.org", "password": PASSWORD, **change}
    assert admin.post("/users", json={"user": sent}).status_code == status


def test_nobody_else_makes_accounts(owner: Speaker) -> None:
    sent = {"user": {"email": "new@example.org", "password": PASSWORD}}
    assert owner.post("/users", json=sent).status_code == 403


@pytest.mark.parametrize("reference", ["0", "99999", "you", "3f0e0c3e-7c3b-4b60-9d40-0f4a2d0f5a11"])
def test_a_user_who_is_not_there_is_404(owner: Speaker, reference: str) -> None:
    assert owner.get(f"/users/{reference}").status_code == 404
