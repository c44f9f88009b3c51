"""What the pages' tests stand on: somebody who is signed in, and forms with their tokens."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cast import PASSWORD


class FreshClient(FlaskClient):
    """A client whose every request begins with nothing remembered, as a server's does.

    The tests' own application context would otherwise be shared by all of them.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request in a context of its own."""
        with self.application.app_context():
            return super().open(*args, **kwargs)


class Visitor:
    """A browser without scripts: it keeps its cookie and sends the token of the page that it looks at."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def see(self, address: str, status: int = 200) -> str:
        """Open a page and return its text."""
        response = self.client.get(address)
        assert response.status_code == status, response.text
        return response.text

    def send(self, address: str, page: str | None = None, **fields: object) -> TestResponse:
        """Send the form of a page (the address itself, unless another is given)."""
        token = token_of(self.client.get(page or address).text)
        return self.client.post(address, data={"csrf_token": token, **fields})

    def sign_in(self, name: str) -> Visitor:
        """Sign in as one of the cast."""
        response = self.send("/login", user_name=name, password=PASSWORD)
        assert response.status_code == 303, response.text
        return self


def token_of(page: str) -> str:
    """Return the token in a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None, page
    return found[1]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of somebody who is not signed in."""
    return FreshClient(app)


@pytest.fixture
def visit(app: Flask) -> Callable[[str], Visitor]:
    """Give somebody of the cast a browser of their own, signed in."""

    def signed_in(name: str) -> Visitor:
        return Visitor(FreshClient(app)).sign_in(name)

    return signed_in


@pytest.fixture
def owner(visit: Callable[[str], Visitor]) -> Visitor:
    """The owner's browser."""
    return visit("ada")


@pytest.fixture
def reader(visit: Callable[[str], Visitor]) -> Visitor:
    """The browser of somebody who may only read."""
    return visit("vi")


@pytest.fixture
def stranger(visit: Callable[[str], Visitor]) -> Visitor:
    """The browser of somebody whom nothing private was shared with."""
    return visit("stan")
