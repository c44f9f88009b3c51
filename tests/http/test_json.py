"""JSON in: what is refused, what is understood, and how many large bodies fit at once."""

from __future__ import annotations

import threading
import time

import msgspec
import pytest
from flask.testing import FlaskClient

from blueprints.http import JsonRules, decode, jsonbody, parse_json
from core.errors import Code, Refusal
from tests.http.bodies import FINE, MALFORMED


class Link(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """A struct with a renamed member."""

    file_name: str
    size: int = 0


class Order(msgspec.Struct):
    """A struct with structs in a list."""

    links: list[Link]


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(set(MALFORMED)) >= 60


@pytest.mark.parametrize("body", MALFORMED, ids=lambda body: repr(body[:24]))
def test_a_malformed_body_is_refused_in_the_api_s_form(talker: FlaskClient, body: bytes) -> None:
    reply = talker.post("/api/json", data=body, content_type="application/json")
    assert reply.status_code == 400
    assert (reply.get_json()["error"], reply.get_json()["subject"]) == ("invalid", "body")


@pytest.mark.parametrize(("body", "meant"), [pair for pair in FINE if pair[1] is not None])
def test_a_well_formed_body_is_understood(talker: FlaskClient, body: bytes, meant: object) -> None:
    assert talker.post("/api/json", data=body).get_json() == meant


def test_nesting_up_to_the_bound_is_understood() -> None:
    assert parse_json(b"[" * 32 + b"]" * 32) is not None


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"0," * 250_001 + b"0]",
        b"[" + b"[]," * 250_001 + b"[]]",
        b"[" + b'"",' * 20_000_000 + b'""]',
        b"[" * 30_000_000 + b"]" * 30_000_000,
        b"[[]," * 10_000_000,
        b'["\\"",' * 500_000,
        b'"[[[[' * 10_000_000,
    ],
    ids=range(7),
)
def test_a_flood_of_values_is_refused_quickly(body: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(Refusal):
        parse_json(body)
    assert time.monotonic() - began < 5


def test_a_body_over_the_limit_is_refused(talker: FlaskClient) -> None:
    reply = talker.post("/api/json", data=b'"' + b"x" * (8 * 2**20) + b'"')
    assert (reply.status_code, reply.get_json()["error"]) == (413, "too_large")


def test_a_compressed_body_is_refused(talker: FlaskClient) -> None:
    reply = talker.post("/api/json", data=b"{}", headers={"Content-Encoding": "gzip"})
    assert reply.status_code == 415


@pytest.mark.parametrize("body", [b'\xef\xbb\xbf{"a":"\xc3\xbc"}', '{"a":"ü"}'.encode("latin-1"), '{"a":"ü"}'.encode()])
def test_where_it_is_allowed_a_bom_or_latin_1_is_understood(body: bytes) -> None:
    assert parse_json(body, JsonRules(legacy_text=True)) == {"a": "ü"}


@pytest.mark.parametrize("body", [b'{"a":1,"a":1}', b'{"x":[{"a":1,"\\u0061":2}]}'])
def test_where_it_matters_a_member_named_twice_is_refused(body: bytes) -> None:
    with pytest.raises(Refusal, match="twice"):
        parse_json(body, JsonRules(unique_members=True))


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({}, "links"),
        ({"links": 1}, "links"),
        ({"links": [{"fileName": 1}]}, "links[0].fileName"),
        ({"links": [{"fileName": "a"}, {"size": 2}]}, "links[1].fileName"),
        ({"links": [{"fileName": "a", "colour": 2}]}, "links[0].colour"),
        ([], ""),
    ],
)
def test_a_misshapen_value_is_refused_by_the_path_of_its_member(value: object, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        decode(value, Order)
    assert (refused.value.code, refused.value.field) == (Code.INVALID, field)


def test_a_well_shaped_value_becomes_its_struct() -> None:
    assert decode({"links": [{"fileName": "a"}]}, Order) == Order([Link("a")])


def test_a_fifth_large_body_waits_and_is_then_sent_away(talker: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonbody, "PATIENCE", 0.05)
    monkeypatch.setattr(jsonbody, "_slots", threading.BoundedSemaphore(0))
    reply = talker.post("/api/json", data=b'"' + b"x" * 2**20 + b'"')
    assert (reply.status_code, reply.get_json()["error"]) == (503, "unavailable")


def test_a_large_body_gives_its_slot_back(talker: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonbody, "PATIENCE", 0.05)
    monkeypatch.setattr(jsonbody, "_slots", threading.BoundedSemaphore(1))
    replies = [talker.post("/api/json", data=b'"' + b"x" * 2**20 + ending) for ending in (b'"', b"", b'"')]
    assert [reply.status_code for reply in replies] == [200, 400, 200]


def test_small_bodies_take_no_slot(talker: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonbody, "_slots", threading.BoundedSemaphore(0))
    assert talker.post("/api/json", data=b"{}").status_code == 200
