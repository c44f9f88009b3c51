"""Signing in at every mouth that takes a password: what it costs the server's memory, and what is said when it cannot be."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest
import requests
from flask import Flask

from core import passwords
from tests.cast import PASSWORD
from tests.conftest import sqlite_instance
from tests.process import MOST_MEMORY, ServerProcess

Ask = Callable[..., Any]  # (method, path, and what requests and Flask's client both take) -> a reply of either

CLOSING: Final = {"Connection": "close"}  # each request comes to whichever worker is free


def at_the_page(ask: Ask, password: str) -> Any:
    """Send the form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', ask("GET", "/login").text)
    assert found is not None
    return ask("POST", "/login", data={"csrf_token": found[1], "user_name": "ada", "password": password})


def by_basic(path: str) -> Callable[[Ask, str], Any]:
    """Send name and password along with a request for a list."""
    return lambda ask, password: ask("GET", path, auth=("ada", password))


def at_informer(ask: Ask, password: str) -> Any:
    """Log in."""
    return ask("POST", "/api/auth/login", json={"username": "ada", "password": password})


def at_alloy(ask: Ask, password: str) -> Any:
    """Exchange the password for a token."""
    return ask("POST", "/api/token", data={"grant_type": "password", "username": "ada", "password": password})


def at_saferme(ask: Ask, password: str) -> Any:
    """Begin a session."""
    session = {"app_bundle_id": "com.thundermaps.main", "email": "ada", "password": password}
    return ask("POST", "/api/v4/session", json={"session": session})


def at_ufdl(ask: Ask, password: str) -> Any:
    """Obtain the pair of tokens."""
    return ask("POST", "/v1/auth/obtain", json={"username": "ada", "password": password})


WAYS: Final = {
    "pages": at_the_page,
    "informer": at_informer,
    "informer, basic": by_basic("/api/jobs"),
    "alloy": at_alloy,
    "nimblex": by_basic("/jsonapi/roles"),
    "saferme": at_saferme,
    "ufdl": at_ufdl,
}


def test_no_process_of_the_server_takes_100_mb_whoever_signs_in(tmp_path: Path, sqlite_template: Path) -> None:
    sqlite_instance(tmp_path / "instance", sqlite_template)
    with ServerProcess(tmp_path / "instance") as server, ThreadPoolExecutor(24) as people:
        one_by_one = [way(visitor(server.url), PASSWORD) for way in WAYS.values() for _ in range(4)]
        at_once = list(people.map(lambda way: way(visitor(server.url), PASSWORD), [*WAYS.values()] * 6))
        wrong = list(people.map(lambda way: way(visitor(server.url), "wrong horse"), [at_ufdl] * 8))
        peaks = server.peak_memory()
    assert {reply.status_code for reply in one_by_one + at_once} <= {200, 201}
    assert {reply.status_code for reply in wrong} == {401}
    assert len(peaks) >= 5  # the parent, the web server, its two workers, the task worker
    assert max(peaks.values()) < MOST_MEMORY


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_where_no_password_can_be_checked_each_says_so_in_its_own_form(
    app: Flask, monkeypatch: pytest.MonkeyPatch, way: Callable[[Ask, str], Any]
) -> None:
    monkeypatch.setattr(passwords, "_CHILD", [sys.executable, "-c", "raise SystemExit('no memory')"])
    client = app.test_client()
    reply = way(lambda method, path, **sent: client.open(path, method=method, **sent), "never seen before")
    assert reply.status_code == 503
    assert int(reply.headers["Retry-After"]) > 0
    assert "Passwords cannot be checked at the moment" in reply.text


def visitor(url: str) -> Ask:
    """Return how somebody who just came asks the server."""
    browser = requests.Session()
    return lambda method, path, **sent: browser.request(method, url + path, headers=CLOSING, timeout=60, **sent)
