"""Credentials: their grammar, and that nobody speaks before they are identified."""

from __future__ import annotations

from base64 import b64encode

import pytest
from flask import Flask

from blueprints import http
from core.access import HOUSE
from core.errors import Code, Refusal


def basic(pair: bytes) -> str:
    """Write HTTP Basic."""
    return "Basic " + b64encode(pair).decode()


@pytest.mark.parametrize(
    ("header", "parts"),
    [
        ("Bearer abc", ("bearer", "abc")),
        ("TOKEN token=abc", ("token", "token=abc")),
        ("  Basic   abc= ", ("basic", "abc=")),
        ('Digest a="b", c=d', ("digest", 'a="b", c=d')),
    ],
)
def test_a_credential_is_scheme_and_value(header: str, parts: tuple[str, str]) -> None:
    assert http.parse_authorization(header) == parts


@pytest.mark.parametrize("header", [None, "", " ", "Bearer", "Bearer ", "abc"])
def test_half_a_credential_is_none(header: str | None) -> None:
    with pytest.raises(Refusal) as refused:
        http.parse_authorization(header)
    assert refused.value.code is Code.UNIDENTIFIED


@pytest.mark.parametrize(
    ("header", "pair"),
    [
        (basic(b"ann:secret"), ("ann", "secret")),
        (basic(b"ann:se:cret"), ("ann", "se:cret")),
        (basic("änn:pässword".encode()), ("änn", "pässword")),
        (basic(b"ann:"), ("ann", "")),
        (basic(b":token"), ("", "token")),
        (basic(b"a:b").replace("Basic", "bAsIc"), ("a", "b")),
    ],
)
def test_basic_credentials_are_name_and_password(header: str, pair: tuple[str, str]) -> None:
    assert http.basic_credentials(header) == pair


@pytest.mark.parametrize(
    "header",
    [
        None,
        "Bearer abc",
        "Basic",
        "Basic !!!!",
        "Basic YTpi!",
        "Basic YTp",
        "Basic YTpi\xfc",
        basic(b"no colon"),
        basic(b"a:\xff"),
        basic(b"a\0:b"),
        basic(b"a:b\r\n"),
    ],
)
def test_malformed_basic_credentials_identify_nobody(header: str | None) -> None:
    with pytest.raises(Refusal) as refused:
        http.basic_credentials(header)
    assert refused.value.code is Code.UNIDENTIFIED


def test_nobody_speaks_before_they_are_identified() -> None:
    with Flask("house").app_context(), pytest.raises(Refusal) as refused:
        http.caller()
    assert refused.value.code is Code.UNIDENTIFIED


def test_the_caller_stays_the_same_through_the_request() -> None:
    with Flask("house").app_context():
        http.set_caller(HOUSE)
        assert http.caller() is HOUSE
        assert http.look_for_caller() is HOUSE
