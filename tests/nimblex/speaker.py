"""Somebody who speaks to the Nimblex API with HTTP Basic. It knows no table."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cast import PASSWORD

JSON_API = "application/vnd.api+json"
CONTRACT = "/jsonapi/records/Contract/57"
APIROOT = "http://localhost/jsonapi"


def basic(name: str, password: str = PASSWORD) -> str:
    """Return the value of an Authorization header."""
    return "Basic " + b64encode(f"{name}:{password}".encode()).decode()


@dataclass(frozen=True)
class Speaker:
    """One of the cast, with a client."""

    client: FlaskClient
    name: str

    def ask(self, method: str, path: str, **given: Any) -> TestResponse:
        """Send a request; `json` goes out as JSON:API."""
        headers = {"Authorization": basic(self.name), **given.pop("headers", {})}
        if "json" in given:
            headers.setdefault("Content-Type", JSON_API)
        return self.client.open(path, method=method, headers=headers, **given)

    def get(self, path: str, **given: Any) -> TestResponse:
        """Send a GET."""
        return self.ask("GET", path, **given)

    def post(self, path: str, **given: Any) -> TestResponse:
        """Send a POST."""
        return self.ask("POST", path, **given)

    def patch(self, path: str, **given: Any) -> TestResponse:
        """Send a PATCH."""
        return self.ask("PATCH", path, **given)

    def put(self, path: str, **given: Any) -> TestResponse:
        """Send a PUT."""
        return self.ask("PUT", path, **given)

    def delete(self, path: str, **given: Any) -> TestResponse:
        """Send a DELETE."""
        return self.ask("DELETE", path, **given)

    def upload(self, name: str, body: bytes, record: str = CONTRACT, **headers: str) -> TestResponse:
        """Send raw bytes to a path below `attachments/content/`."""
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        return self.post(f"{record}/attachments/content/{name}", data=body, headers=named)

    def ids(self, record: str = CONTRACT) -> list[str]:
        """List the ids of what is attached to a record."""
        return [item["id"] for item in self.get(f"{record}/attachments").get_json()["data"]]


def is_empty(response: TestResponse) -> bool:
    """Tell whether a reply has neither a body nor a Content-Type."""
    return response.data == b"" and "Content-Type" not in response.headers
