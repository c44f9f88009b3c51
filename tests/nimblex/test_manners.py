"""The manners of JSON:API: 406 and 415 exactly, the media type without parameters, error objects, the browser's page."""

from __future__ import annotations

import pytest

from blueprints import http
from blueprints.nimblex.errors import STATUS
from tests.nimblex.speaker import APIROOT, CONTRACT, JSON_API, Speaker

LIST = f"{CONTRACT}/attachments"


def test_every_reason_has_a_status() -> None:
    http.assert_covers(STATUS)


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "",
        "*/*",
        "application/*",
        "application/json",
        "text/plain",
        JSON_API,
        f"{JSON_API}; q=0.5",
        f'{JSON_API}; profile="https://example.org/p,q"',
        f'{JSON_API}; ext="https://example.org/x", {JSON_API}',
        f"{JSON_API};charset=utf-8, {JSON_API};q=0.1",
        f"{JSON_API.upper()}",
    ],
)
def test_what_can_be_served_is(owner: Speaker, accept: str | None) -> None:
    response = owner.get(LIST, headers={} if accept is None else {"Accept": accept})
    assert (response.status_code, response.headers["Content-Type"]) == (200, JSON_API)
    assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize(
    "accept",
    [
        f"{JSON_API}; charset=utf-8",
        f'{JSON_API}; ext="https://example.org/x"',
        f'{JSON_API};ext="a", {JSON_API};version=1',
        f"*/*, {JSON_API}; charset=utf-8",
    ],
)
def test_406_when_every_instance_is_spoilt(owner: Speaker, accept: str) -> None:
    response = owner.get(LIST, headers={"Accept": accept})
    (error,) = response.get_json()["errors"]
    assert (response.status_code, error["status"], error["source"]) == (406, "406", {"header": "Accept"})
    assert response.headers["Content-Type"] == JSON_API


@pytest.mark.parametrize("sent", [f"{JSON_API}; charset=utf-8", f'{JSON_API}; ext="https://example.org/x"'])
def test_415_for_our_type_with_a_foreign_parameter_even_without_a_body(owner: Speaker, sent: str) -> None:
    response = owner.get(LIST, headers={"Content-Type": sent})
    (error,) = response.get_json()["errors"]
    assert (response.status_code, error["status"], error["source"]) == (415, "415", {"header": "Content-Type"})


def test_an_error_document_has_errors_and_no_data(owner: Speaker) -> None:
    document = owner.get(f"{LIST}?banana=1").get_json()
    assert document == {
        "errors": [
            {
                "status": "400",
                "code": "invalid",
                "title": "Bad Request",
                "detail": "The parameter “banana” is not supported here.",
                "source": {"parameter": "banana"},
            }
        ]
    }


def test_an_unknown_address_is_an_errors_document(owner: Speaker) -> None:
    response = owner.get("/jsonapi/nothing")
    assert (response.status_code, response.headers["Content-Type"]) == (404, JSON_API)
    assert response.get_json()["errors"][0]["status"] == "404"


@pytest.mark.parametrize("accept", ["text/html,application/xhtml+xml,*/*;q=0.8", "text/html"])
def test_a_browser_gets_the_same_json_indented_and_linked(owner: Speaker, accept: str) -> None:
    owner.upload("a.png", b"x")
    response = owner.get(LIST, headers={"Accept": accept})
    link = f"{APIROOT}/records/Contract/57/attachments/content/a.png"
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f'&quot;content&quot;: &quot;<a href="{link}">{link}</a>&quot;' in response.text
    assert "Accept" in response.headers["Vary"]


def test_the_browsers_page_escapes_what_others_wrote(owner: Speaker) -> None:
    owner.upload("%3Cscript%3Ealert(1)%3C%2Fscript%3E".replace("%2F", ""), b"x")
    response = owner.get(f"{LIST}?sort=id", headers={"Accept": "text/html"})
    assert "<script" not in response.text
    assert "&lt;script&gt;" in response.text
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_a_browser_that_prefers_json_gets_json(owner: Speaker) -> None:
    response = owner.get(LIST, headers={"Accept": f"text/html;q=0.5, {JSON_API}"})
    assert response.headers["Content-Type"] == JSON_API
