"""Sessions of the cast with the UFDL API, and jobs in the states that it knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient

from core import accounts, clock, outputs
from core.access import Caller
from core.commands import ById, CreateJob, RecordOutput
from core.house import House
from core.jobs import create as create_job
from core.outputs import OutputLine
from models import Job
from tests.cast import PASSWORD, Cast

KIND = "Model<Domain<'Image Classification'>, Framework<'pytorch', '1.6'>>"


@dataclass
class Speaker:
    """Somebody who talks to the API: sends the token, with every request."""

    client: FlaskClient
    token: str

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> Any:
        """Send one request to a path below /v1 and return the reply, whose `json` may be anything."""
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return self.client.open(f"/v1{path}", method=method, headers=sent, **options)

    def get(self, path: str, headers: dict[str, str] | None = None) -> Any:
        """GET."""
        return self.ask("GET", path, headers)

    def post(self, path: str, json: Any = None, **options: Any) -> Any:
        """POST, without a body unless one is given."""
        return self.ask("POST", path, **({} if json is None else {"json": json}), **options)

    def delete(self, path: str, headers: dict[str, str] | None = None) -> Any:
        """DELETE."""
        return self.ask("DELETE", path, headers)

    def listed(self, resource: str, *expressions: dict[str, Any], **spec: Any) -> list[Any]:
        """List a resource with these expressions and return what came."""
        reply = self.post(f"/{resource}/list", {"expressions": list(expressions), **spec})
        assert reply.status_code == 200, reply.text
        rows: list[Any] = reply.json
        return rows


@pytest.fixture
def speaker(client: FlaskClient) -> Callable[[str], Speaker]:
    """Let one of the cast sign in by name."""

    def sign_in(name: str) -> Speaker:
        reply = client.post("/v1/auth/obtain", json={"username": name, "password": PASSWORD})
        assert reply.status_code == 200, reply.text
        assert reply.json is not None
        return Speaker(client, reply.json["access"])

    return sign_in


@pytest.fixture
def admin(speaker: Callable[[str], Speaker]) -> Speaker:
    """An administrator, whom the API calls staff."""
    return speaker("root")


@pytest.fixture
def owner(speaker: Callable[[str], Speaker]) -> Speaker:
    """The editor whose jobs these are."""
    return speaker("ada")


@pytest.fixture
def reader(speaker: Callable[[str], Speaker]) -> Speaker:
    """A viewer."""
    return speaker("vi")


@pytest.fixture
def stranger(speaker: Callable[[str], Speaker]) -> Speaker:
    """An editor with whom nothing private was shared."""
    return speaker("stan")


@pytest.fixture
def started(house: House, cast: Cast) -> Job:
    """A job of the owner's that has started."""
    return start(house, cast.owner, "Train a model")


@pytest.fixture
def output(house: House, cast: Cast, started: Job) -> OutputLine:
    """An output of that job with a type as real ones are."""
    return keep(house, cast.admin, started, "my model", KIND, b"weights")


def start(house: House, caller: Caller, title: str, *, private: bool = False) -> Job:
    """Make a job and start it."""
    job = create_job(house.database, caller, CreateJob(title=title, private=private))
    with house.database.writing() as session:
        found = session.get_one(Job, job.id)
        found.started_at = clock.now()
    return job


def keep(house: House, caller: Caller, job: Job, name: str, type_: str, content: bytes = b"bytes") -> OutputLine:
    """Keep an output of a job."""
    return outputs.record(house, caller, ById(job.id), RecordOutput(name, type_, [content]))


def user_id(house: House, name: str) -> int:
    """Return the number of one of the cast."""
    return accounts.find(house.database, name).id
