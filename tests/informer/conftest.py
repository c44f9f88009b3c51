"""What the tests of the Informer API stand on: callers with tokens of their own, and a job to work on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core import tokens
from core.access import Caller
from core.house import House
from models import Job
from tests.cast import Cast


class Reply(TestResponse):
    """A reply whose document is read without asking whether there is one."""

    json: Any


@dataclass(frozen=True)
class Speaker:
    """Somebody who speaks to the API with a Bearer token."""

    client: FlaskClient
    secret: str

    def __call__(self, method: str, path: str, **more: Any) -> Reply:
        headers = {"Authorization": f"Bearer {self.secret}", **more.pop("headers", {})}
        return cast("Reply", self.client.open(path, method=method, headers=headers, **more))


SpeakerOf = Callable[..., Speaker]


@pytest.fixture
def speaker_of(house: House, client: FlaskClient) -> SpeakerOf:
    """Make a speaker of a caller, with a token of the given kind and scope."""

    def make(caller: Caller, scope: str = "write", kind: str = "informer") -> Speaker:
        assert caller.user_id is not None
        wanted = tokens.MintToken(caller.user_id, kind=kind, scope=scope)
        return Speaker(client, tokens.mint(house.database, caller, wanted).secret)

    return make


@pytest.fixture
def owner(speaker_of: SpeakerOf, cast: Cast) -> Speaker:
    """The owner of the job."""
    return speaker_of(cast.owner)


@pytest.fixture
def admin(speaker_of: SpeakerOf, cast: Cast) -> Speaker:
    """An administrator."""
    return speaker_of(cast.admin)


@pytest.fixture
def reader(speaker_of: SpeakerOf, cast: Cast) -> Speaker:
    """Somebody who may read what the team shares."""
    return speaker_of(cast.reader)


@pytest.fixture
def stranger(speaker_of: SpeakerOf, cast: Cast) -> Speaker:
    """Somebody with whom nothing private was shared."""
    return speaker_of(cast.stranger)


@pytest.fixture
def read_only(speaker_of: SpeakerOf, cast: Cast) -> Speaker:
    """The owner, with a token that may only read."""
    return speaker_of(cast.owner, scope="read")


@pytest.fixture
def job_path(job: Job) -> str:
    """The address of the owner's job, which the team shares."""
    return f"/api/jobs/{job.guid}"


@pytest.fixture
def secret_path(private_job: Job) -> str:
    """The address of the owner's job that nobody else may see."""
    return f"/api/jobs/{private_job.guid}"


@pytest.fixture
def action_path(owner: Speaker, job_path: str) -> str:
    """The address of an e-mail action of that job."""
    made = owner("POST", f"{job_path}/actions", json={"type": "email", "name": "Tell the team"})
    return made.headers["Location"]


@pytest.fixture
def place(action_path: str) -> str:
    """The address of the attachments of that action."""
    return f"{action_path}/attachments"


@pytest.fixture
def file_path(owner: Speaker, place: str) -> str:
    """The address of an attachment of type file, still without contents."""
    return owner("POST", place, json={"type": "file", "name": "plan.txt"}).headers["Location"]


@pytest.fixture
def contents(file_path: str) -> str:
    """The address of that attachment's contents."""
    return f"{file_path}/action-attachment-file-contents"
