"""Every spelling of an address reaches the same place, without a redirect; other owners' addresses are left alone."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from blueprints.alloy.errors import NUMBERS, STATUSES
from blueprints.alloy.paths import canonical
from blueprints.http import assert_covers
from core.errors import Code
from tests.alloy.conftest import Alloy


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("/api/v2//Object/T1/Attachments", "/api/v2/Object/T1/Attachments"),
        ("/api/v1/object/T1/attachments/", "/api/v2/Object/T1/Attachments"),
        ("//API//V2/OBJECT/t1/ATTACHMENTS/{X}/CONTENT", "/api/v2/Object/t1/Attachments/{X}/content"),
        ("/alloy/api/object/T1/Action/7/Check", "/api/v2/Object/T1/action/7/check"),
        ("/alloy/api/v1/Work Orders", "/api/v2/Work Orders"),
        ("/Alloy/Api", "/api/v2"),
        ("/api/v2/", "/api/v2"),
        ("/api/token", "/api/v2/token"),
        ("/API/TOKEN/", "/api/v2/token"),
        ("/api/v2/DICTIONARY", "/api/v2/Dictionary"),
    ],
)
def test_a_path_is_brought_to_its_one_spelling(given: str, expected: str) -> None:
    assert canonical(given) == expected


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api",
        "/api/jobs",
        "/api//jobs",
        "/api/v4/reports",
        "/api/v22",
        "/api/tokens",
        "/api/token/x",
        "/alloy",
        "/V1/jobs",
    ],
)
def test_other_owners_paths_stay_as_they_are(path: str) -> None:
    assert canonical(path) == path


@pytest.mark.usefixtures("job")
@pytest.mark.parametrize(
    "path",
    [
        "/api/v2//Object/J000001/Attachments",
        "/api/v1/object/j000001/attachments/",
        "/alloy/api/Object/J000001/Attachments",
        "/alloy/api/v2/OBJECT/J000001/ATTACHMENTS",
    ],
)
def test_a_put_arrives_with_its_body_under_every_spelling(owner: Alloy, path: str) -> None:
    owner.answer("PUT", path, json={"FileName": "a.txt", "Data": "SGVsbG8h"})
    assert [row[2] for row in owner.answer("GET", path)["Data"]] == ["a.txt"]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "a/b/c/d", 404), ("PUT", "Object/J1/Attachments/x/content", 405)]
)
def test_an_unknown_address_or_verb_is_answered_in_the_envelope(
    owner: Alloy, method: str, path: str, status: int
) -> None:
    response = owner.call(method, path)
    envelope = response.get_json()
    assert (response.status_code, envelope["errorCode"]) == (status, status)
    assert list(envelope) == ["success", "errorCode", "errorText", "responseObject"]


def test_a_wrong_verb_says_what_is_allowed(owner: Alloy) -> None:
    allowed = owner.call("DELETE", "Object/J1/Attachments").headers["Allow"]
    assert {"GET", "POST", "PUT"} <= set(allowed.split(", "))


def test_a_body_over_the_limit_is_413_in_the_envelope(client: FlaskClient) -> None:
    response = client.post("/api/v2/token", data=b"x" * 70_000)
    assert response.status_code == 413


def test_every_refusal_has_a_status_and_a_number() -> None:
    assert_covers(STATUSES)
    assert {code for code in Code if code not in NUMBERS} == set()
    assert 0 not in NUMBERS.values()


def test_what_is_called_token_is_refused_like_anything_else(owner: Alloy) -> None:
    assert owner.refusal("GET", "Object/token")[0] == 102
