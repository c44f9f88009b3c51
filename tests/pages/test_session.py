"""Signing in and out: what the cookie is, what it opens, and what it never opens."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.pages.conftest import Visitor


def test_a_page_sends_a_visitor_to_the_door_and_back(client: FlaskClient) -> None:
    response = client.get("/jobs?q=x")
    assert (response.status_code, response.location) == (303, "/login?next=/jobs?q%3Dx")


def test_signing_in_leads_on_to_the_page_that_was_wanted(client: FlaskClient) -> None:
    response = Visitor(client).send("/login", user_name="ADA", password="correct horse battery", next="/jobs/new")
    assert (response.status_code, response.location) == (303, "/jobs/new")


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "/jobs\n", "jobs"])
def test_signing_in_leads_nowhere_else(client: FlaskClient, elsewhere: str) -> None:
    response = Visitor(client).send("/login", user_name="ada", password="correct horse battery", next=elsewhere)
    assert response.location == "/jobs"


def test_a_wrong_password_is_refused_beside_its_field_and_the_name_is_kept(client: FlaskClient) -> None:
    response = Visitor(client).send("/login", user_name="ada", password="not this one")
    assert response.status_code == 401
    assert 'value="ada"' in response.text
    assert "do not belong together" in response.text
    assert "not this one" not in response.text


def test_the_cookie_is_for_pages_alone_and_out_of_reach_of_scripts(client: FlaskClient) -> None:
    set_cookie = client.get("/login").headers["Set-Cookie"]
    assert set_cookie.startswith("addenda=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(set_cookie.split("; "))


def test_under_https_the_cookie_is_bound_to_this_host(client: FlaskClient) -> None:
    set_cookie = client.get("/login", base_url="https://localhost").headers["Set-Cookie"]
    assert set_cookie.startswith("__Host-addenda=")
    assert "Secure" in set_cookie
    assert "Domain" not in set_cookie


def test_signing_in_gives_a_new_cookie(client: FlaskClient) -> None:
    before = client.get("/login").headers["Set-Cookie"]
    after = Visitor(client).send("/login", user_name="ada", password="correct horse battery").headers["Set-Cookie"]
    assert before.partition(";")[0] != after.partition(";")[0]


def test_signing_out_ends_the_session_in_the_table_too(owner: Visitor) -> None:
    cookie = owner.client.get_cookie("addenda")
    assert cookie is not None
    owner.send("/logout", page="/jobs")
    owner.client.set_cookie("addenda", cookie.value)
    assert owner.client.get("/jobs").status_code == 303


def test_a_form_without_its_token_changes_nothing(owner: Visitor) -> None:
    response = owner.client.post("/jobs/new", data={"title": "Forged", "driver": "email"})
    assert response.status_code == 403
    assert "Forged" not in owner.see("/jobs")


def test_an_unknown_address_is_a_page_for_anybody(client: FlaskClient) -> None:
    response = client.get("/nothing/here")
    assert response.status_code == 404
    assert "<h1>There is nothing here</h1>" in response.text


def test_only_the_views_that_read_their_own_form_are_exempt_from_the_guard(app: Flask) -> None:
    guard = app.extensions["csrf"]
    assert guard._exempt_views == {
        "blueprints.pages.activity.show_job_activity",
        "blueprints.pages.activity.show_record_activity",
        "blueprints.pages.attaching.attach",
        "blueprints.pages.attaching.attach_to_record",
        "blueprints.pages.attachments.replace",
    }
    assert "pages" not in {blueprint.name for blueprint in guard._exempt_blueprints}


def test_every_api_is_exempt_because_no_cookie_of_the_pages_opens_one(app: Flask) -> None:
    guard, blueprints = app.extensions["csrf"], set(app.blueprints) - {"pages"}
    assert {blueprint.name for blueprint in guard._exempt_blueprints} == blueprints


def test_pages_forbid_inline_scripts_and_other_hosts(client: FlaskClient) -> None:
    response = client.get("/login")
    assert "script-src 'self'; style-src 'self'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert " style=" not in response.text
    assert "<script>" not in response.text
