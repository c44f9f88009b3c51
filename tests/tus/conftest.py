"""A talker of tus for the story's people, on either database."""

from __future__ import annotations

import uuid
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core import attachments, tokens
from core.access import Caller
from core.house import House
from core.tokens import MintToken
from models import Attachment, Job
from tests.cast import Cast
from tests.pages.conftest import FreshClient

BYTES = "application/offset+octet-stream"


def metadata(**pairs: str) -> str:
    """Word pairs as Upload-Metadata does."""
    return ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in pairs.items())


def guid_of(path: str) -> uuid.UUID:
    """Return what names an upload in its path."""
    return uuid.UUID(path.rpartition("/")[2])


@dataclass
class Talker:
    """Somebody with a token who speaks tus; a header that is given as an empty text is left out."""

    client: FlaskClient
    secret: str
    usual: dict[str, str] = field(default_factory=lambda: {"Tus-Resumable": "1.0.0"})

    def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> TestResponse:
        """Send one request."""
        spoken = {"Authorization": f"Bearer {self.secret}", **self.usual, **(headers or {})}
        return self.client.open(path, method=method, data=body, headers={k: v for k, v in spoken.items() if v})

    def begin(self, job: Job, length: int, **pairs: str) -> str:
        """Begin an upload to a job; return its path."""
        named = metadata(**{"filename": "plan.txt", "record": str(job.guid), **pairs})
        reply = self.ask("POST", "/tus/", headers={"Upload-Length": str(length), "Upload-Metadata": named})
        assert reply.status_code == 201, reply.text
        return reply.headers["Location"]

    def patch(self, path: str, offset: int, body: bytes, **headers: str) -> TestResponse:
        """Add bytes at an offset."""
        spoken = {"Content-Type": BYTES, "Upload-Offset": str(offset)}
        return self.ask("PATCH", path, body, spoken | {k.replace("_", "-"): v for k, v in headers.items()})

    def head(self, path: str) -> TestResponse:
        """Ask how far it came."""
        return self.ask("HEAD", path)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client that remembers nothing but cookies."""
    return FreshClient(app)


@pytest.fixture
def talk(client: FlaskClient, house: House) -> Callable[..., Talker]:
    """Make a talker for a caller; `scope` is that of the token."""

    def make(caller: Caller, scope: str = "write") -> Talker:
        assert caller.user_id is not None
        minted = tokens.mint(house.database, caller, MintToken(caller.user_id, scope=scope))
        return Talker(client, minted.secret)

    return make


@pytest.fixture
def owner(talk: Callable[..., Talker], cast: Cast) -> Talker:
    """The owner of the job, talking."""
    return talk(cast.owner)


@pytest.fixture
def teammate(talk: Callable[..., Talker], cast: Cast) -> Talker:
    """A teammate, talking."""
    return talk(cast.teammate)


@pytest.fixture
def attached(house: House, cast: Cast, job: Job) -> Callable[[], list[Attachment]]:
    """List what hangs on the job now."""
    return lambda: list(attachments.page_of(house.database, cast.owner, job).items)


@pytest.fixture
def content(house: House) -> Callable[[Attachment], bytes]:
    """Read what an attachment holds."""

    def read(attachment: Attachment) -> bytes:
        assert attachment.blob is not None
        with house.store.open(attachment.blob.key) as kept:
            return kept.read()

    return read
