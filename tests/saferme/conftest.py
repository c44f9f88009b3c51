"""What the tests of this API stand on: the owner's client with a session, and the receiver of signed forms."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.house import House
from core.rendering import render
from core.settings import Settings
from tests.cast import ADMIN, OWNER, PASSWORD, READER, STRANGER, TEAMMATE, Cast, Part
from tests.conftest import sqlite_instance
from tests.process import ServerProcess
from tests.saferme.forms import BOUNDARY, Fields, Signer, body

AUTHORIZATION = "/api/v4/file_attachments/upload_authorization"


@dataclass(frozen=True)
class Speaker:
    """Somebody with a session of this API."""

    client: FlaskClient
    token: str
    refresh: str
    session: dict[str, Any]

    def send(self, method: str, path: str, **more: Any) -> TestResponse:
        """Send a request with the token."""
        headers = {"Authorization": f"Token token={self.token}", **more.pop("headers", {})}
        return self.client.open(f"/api/v4{path}", method=method, headers=headers, **more)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.send("GET", path, **more)

    def post(self, path: str, **more: Any) -> TestResponse:
        return self.send("POST", path, **more)

    def patch(self, path: str, **more: Any) -> TestResponse:
        return self.send("PATCH", path, **more)

    def delete(self, path: str, **more: Any) -> TestResponse:
        return self.send("DELETE", path, **more)

    def uploaded(self, name: str, content: bytes, media_type: str) -> str:
        """Upload a file as the document says and return its key."""
        asked = self.get("/file_attachments/upload_authorization", query_string={"content_type": media_type}).json
        assert asked is not None
        fields = {**asked["upload_authorization"]["fields"]}
        fields["key"] = asked["upload_authorization"]["key_prefix"] + name
        sent = self.client.post(
            "/addenda-uploads",
            data=body(list(fields.items()), content),
            content_type=f"multipart/form-data; boundary={BOUNDARY}",
        )
        assert sent.status_code == 201, sent.text
        return str(fields["key"])

    def claimed(self, name: str, content: bytes, media_type: str) -> dict[str, Any]:
        """Upload a file, claim it, and return the reply."""
        key = self.uploaded(name, content, media_type)
        reply = self.post("/file_attachments", json={"file_attachment": {"key": key}})
        assert reply.status_code == 202, reply.text
        assert isinstance(reply.json, dict)
        return reply.json

    def processed(self, house: House, name: str, content: bytes, media_type: str) -> dict[str, Any]:
        """Upload and claim a file, let the worker look at it, and return what is shown then."""
        claimed = self.claimed(name, content, media_type)
        render(house, claimed["id"])
        shown = self.get(f"/file_attachments/{claimed['id']}").json
        assert isinstance(shown, dict)
        return shown


@dataclass(frozen=True)
class Receiver:
    """Sends forms to the receiver of signed uploads."""

    client: FlaskClient
    signer: Signer

    def post(self, fields: Fields, content: bytes | None = b"bytes", path: str = "/addenda-uploads") -> TestResponse:
        """Send a form of these fields and a file."""
        return self.raw(body(fields, content), path=path)

    def raw(self, sent: bytes, path: str = "/addenda-uploads", **more: Any) -> TestResponse:
        """Send a body as it is."""
        kind = {"content_type": f"multipart/form-data; boundary={BOUNDARY}"}
        return self.client.post(path, data=sent, **(kind | more))

    def streamed(self, stream: io.RawIOBase | io.BytesIO, length: int) -> TestResponse:
        """Send a stream as the body of a form of that length; the test client leaves it alone."""
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        body_of = {"wsgi.input": stream, "CONTENT_LENGTH": str(length), "CONTENT_TYPE": kind}
        return self.client.post("/addenda-uploads", environ_overrides=body_of)


def speaker(client: FlaskClient, part: Part) -> Speaker:
    """Return one of the cast, signed in."""
    asked = {"session": {"app_bundle_id": "com.thundermaps.main", "email": part.name, "password": PASSWORD}}
    reply = client.post("/api/v4/session", json=asked)
    assert reply.status_code == 201, reply.text
    assert reply.json is not None
    session = reply.json["session"]
    return Speaker(client, session["access_token"], session["refresh_token"], session)


@pytest.fixture
def owner(client: FlaskClient, cast: Cast) -> Speaker:
    """The owner with a session."""
    assert cast.owner.name == OWNER.name
    return speaker(client, OWNER)


@pytest.fixture
def stranger(client: FlaskClient) -> Speaker:
    """Somebody else, who may edit what the team shares."""
    return speaker(client, STRANGER)


@pytest.fixture
def teammate(client: FlaskClient) -> Speaker:
    """A teammate with a session."""
    return speaker(client, TEAMMATE)


@pytest.fixture
def reader(client: FlaskClient) -> Speaker:
    """A viewer with a session."""
    return speaker(client, READER)


@pytest.fixture
def admin(client: FlaskClient) -> Speaker:
    """An administrator with a session."""
    return speaker(client, ADMIN)


@pytest.fixture
def signer(settings: Settings) -> Signer:
    """A holder of the instance's keys."""
    return Signer(settings)


@pytest.fixture
def receiver(client: FlaskClient, signer: Signer) -> Receiver:
    """The receiver of signed uploads."""
    return Receiver(client, signer)


@dataclass(frozen=True)
class Served:
    """A real server with its settings."""

    process: ServerProcess
    settings: Settings

    @property
    def url(self) -> str:
        return self.process.url


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Served]:
    """A real server on SQLite, shared by the tests of a file."""
    instance = tmp_path_factory.mktemp("served") / "instance"
    settings = sqlite_instance(instance, sqlite_template)
    with ServerProcess(instance, {"ADDENDA_DISK_RESERVE": "0 B"}) as process:
        yield Served(process, settings)
