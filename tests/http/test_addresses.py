"""Addresses: strict UTF-8, numbers that fit, and whose host is believed."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from core.storage import FolderStore
from tests.http.house import House, Settings


@pytest.mark.parametrize("path", ["/api/a\xfe", "/api/a\xff", "/api/\xed\xa0\x80", "/api/a\0.txt", "/api/number/1\0"])
def test_a_path_that_is_not_clean_utf_8_is_refused_in_the_api_s_form(talker: FlaskClient, path: str) -> None:
    reply = talker.get(environ_overrides={"PATH_INFO": path})
    assert (reply.status_code, reply.get_json()["error"]) == (400, "invalid")


@pytest.mark.parametrize("query", ["a=%ff", "a=%00", "%c0%af=1", "a=\xff", "a=%ed%a0%80"])
def test_a_query_that_is_not_clean_utf_8_is_refused(talker: FlaskClient, query: str) -> None:
    reply = talker.get("/api/address", environ_overrides={"QUERY_STRING": query})
    assert (reply.status_code, reply.get_json()["subject"]) == (400, "query")


@pytest.mark.parametrize("query", ["", "a=%C3%BC", "a=100%", "%", "a+b=c&&;=?/", "a=%F0%9F%98%80"])
def test_any_other_query_passes(talker: FlaskClient, query: str) -> None:
    assert talker.get("/api/address", environ_overrides={"QUERY_STRING": query}).status_code == 200


@pytest.mark.parametrize("digits", ["0", "007", "999999999999999999"])
def test_a_number_of_up_to_18_digits_is_found(talker: FlaskClient, digits: str) -> None:
    assert talker.get(f"/api/number/{digits}").text == str(int(digits))


@pytest.mark.parametrize("digits", ["9223372036854775808", "-1", "+1", "1.0", "1e3", "٣", "0x1", "%201", "1/"])
def test_what_is_no_such_number_is_an_unknown_address(talker: FlaskClient, digits: str) -> None:
    reply = talker.get(f"/api/number/{digits}")
    assert (reply.status_code, reply.get_json()["error"]) == (404, "not_found")


def test_an_absolute_address_comes_from_the_request(talker: FlaskClient) -> None:
    assert talker.get("/api/address", base_url="http://files.example:8000").text == "http://files.example:8000/here"


def test_a_configured_address_wins(store: FolderStore) -> None:
    client = House(store, Settings(base_url="https://files.example/")).app().test_client()
    assert client.get("/api/address", base_url="http://127.0.0.1:8000").text == "https://files.example/here"


@pytest.mark.parametrize("path", ["/api/address", "/api/none"])
def test_a_host_that_is_not_trusted_is_refused(store: FolderStore, path: str) -> None:
    client = House(store, Settings(trusted_hosts=("files.example",))).app().test_client()
    reply = client.get(path, base_url="http://evil.example")
    assert (reply.status_code, reply.get_json()["error"]) == (400, "invalid")


def test_a_trusted_host_is_heard(store: FolderStore) -> None:
    client = House(store, Settings(trusted_hosts=("files.example",))).app().test_client()
    assert client.get("/api/address", base_url="http://files.example").status_code == 200
