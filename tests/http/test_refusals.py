"""The one error handler: who words a failure, with which status and headers."""

from __future__ import annotations

import logging

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from blueprints import http
from core.errors import Code, Refusal, Subject
from tests.http.house import Settings, shape_json


@pytest.fixture
def house_with_broken_shape() -> FlaskClient:
    app = Flask("broken", static_folder=None)
    http.install(app, Settings())
    http.register(app, http.Api("broken", "Broken", ("/",), lambda refusal: Response(str(1 // 0) + refusal.message)))
    return app.test_client()


@pytest.mark.parametrize(
    ("path", "text"),
    [("/api/none", '"error": "not_found"'), ("/api/v2/none", "deeper not_found"), ("/apis", "<h1>not_found</h1>")],
)
def test_the_owner_of_the_longest_prefix_words_an_unknown_address(talker: FlaskClient, path: str, text: str) -> None:
    assert text in talker.get(path).text


def test_a_wrong_method_keeps_the_allow_header(talker: FlaskClient) -> None:
    reply = talker.post("/api/file")
    assert reply.status_code == 405
    assert reply.get_json()["error"] == "not_allowed"
    assert set(reply.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("code", list(Code))
def test_every_code_reaches_the_client_in_the_api_s_form(talker: FlaskClient, code: Code) -> None:
    reply = talker.get(f"/api/refuse/{code}")
    assert reply.status_code == http.USUAL[code]
    assert reply.get_json()["error"] == code


def test_a_busy_house_says_when_to_come_back(talker: FlaskClient) -> None:
    assert talker.get("/api/refuse/unavailable").headers["Retry-After"] == "7"


def test_a_failure_tells_a_reference_and_keeps_the_rest_in_the_log(
    talker: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "addenda.http"):
        reply = talker.get("/api/break")
    reference = reply.get_json()["message"].rstrip(".").split()[-1]
    assert reply.status_code == 500
    assert "4711" not in reply.text
    assert reference in caplog.text
    assert "4711" in caplog.text


def test_a_refused_head_has_no_body(talker: FlaskClient) -> None:
    reply = talker.head("/api/refuse/denied")
    assert reply.status_code == 403
    assert reply.data == b""


def test_a_page_that_cannot_word_its_refusal_still_answers(house_with_broken_shape: FlaskClient) -> None:
    reply = house_with_broken_shape.get("/missing")
    assert reply.status_code == 404
    assert reply.content_type == "text/plain; charset=utf-8"


def test_a_status_may_depend_on_the_subject() -> None:
    table: http.StatusTable = {**http.USUAL, (Code.LOCKED, Subject.JOB): 406}
    assert http.status_for(table, Refusal(Code.LOCKED, "No.", Subject.JOB)) == 406
    assert http.status_for(table, Refusal(Code.LOCKED, "No.", Subject.ACTION)) == 423


def test_a_table_with_a_hole_is_found_out() -> None:
    with pytest.raises(AssertionError, match=r"no status for .*throttled"):
        http.assert_covers({Code.INVALID: 400})


def test_the_usual_table_covers_every_code() -> None:
    assert all(400 <= http.USUAL[code] < 600 for code in Code)


def test_two_owners_of_one_prefix_are_refused(talker: FlaskClient) -> None:
    with pytest.raises(ValueError, match="has an owner already"):
        http.register(talker.application, http.Api("again", "Again", ("/api",), shape_json))
