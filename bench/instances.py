"""Instances to measure: a fresh one with an administrator and a running job, filled with as many outputs as wanted.

The rows of a large store are put there at once; nobody downloads them.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert

from app import create_app
from blueprints.http import house as house_of
from cli import migrations
from core import accounts, builtin, clock
from core.access import HOUSE, Caller
from core.commands import CreateJob
from core.database import Database
from core.jobs import create
from core.settings import load
from models import Blob, Job, JobOutput, Role
from tests.process import ServerProcess

NAME, PASSWORD = "bench", "only for this benchmark"
AT_ONCE = 5000


@dataclass(frozen=True)
class Running:
    """A served instance: its address, a token, and the number of its job."""

    url: str
    token: str
    job: int

    @property
    def headers(self) -> dict[str, str]:
        """Return what each request carries."""
        return {"Authorization": f"Bearer {self.token}"}


@contextmanager
def served(folder: Path, job_outputs: int, others: int = 0) -> Iterator[Running]:
    """Serve a new instance in which one job has `job_outputs` outputs, and other jobs a thousand each, `others` in all."""
    number = _filled(folder, job_outputs, others)
    with ServerProcess(folder) as server:
        yield Running(server.url, _token(server.url), number)


def _filled(folder: Path, job_outputs: int, others: int) -> int:
    application = create_app(load({"ADDENDA_INSTANCE": str(folder), "ADDENDA_DISK_RESERVE": "0 B"}))
    with application.app_context():
        migrations.upgrade()
        database = house_of(application).database
        builtin.install(database)
        user = accounts.add(database, HOUSE, accounts.AddUser(NAME, Role.ADMIN, PASSWORD))
        caller = Caller(user.id, NAME, Role.ADMIN)
        # The job that is asked for lies in the middle of the store, not at its end.
        for _ in range(others // 2000):
            _add_job(database, caller, 1000)
        number = _add_job(database, caller, job_outputs)
        for _ in range(others // 1000 - others // 2000):
            _add_job(database, caller, 1000)
    return number


def _add_job(database: Database, caller: Caller, outputs: int) -> int:
    job = create(database, caller, CreateJob(title="Bench"))
    with database.writing() as session:
        session.get_one(Job, job.id).started_at = clock.now()
    for start in range(0, outputs, AT_ONCE):
        _add_outputs(database, caller, job, range(start, min(start + AT_ONCE, outputs)))
    return job.number


def _add_outputs(database: Database, caller: Caller, job: Job, places: range) -> None:
    now = clock.now()
    blobs = [
        {
            "key": f"{job.id:016x}{place:016x}",
            "size": 0,
            "sha256": "0" * 64,
            "md5": "0" * 32,
            "crc32": 0,
            "created_at": now,
        }
        for place in places
    ]
    with database.writing() as session:
        ids = session.scalars(insert(Blob).returning(Blob.id, sort_by_parameter_order=True), blobs).all()
        rows = [
            {
                "job_id": job.id,
                "name": f"n{place}",
                "type": "bin",
                "blob_id": blob_id,
                "creator_id": caller.user_id,
                "created_at": now,
            }
            for place, blob_id in zip(places, ids, strict=True)
        ]
        session.execute(insert(JobOutput), rows)


def _token(url: str) -> str:
    body = json.dumps({"username": NAME, "password": PASSWORD}).encode()
    ask = urllib.request.Request(f"{url}/v1/auth/obtain", body, {"Content-Type": "application/json"})  # noqa: S310 - our own server
    with urllib.request.urlopen(ask, timeout=30) as reply:  # noqa: S310 - as above
        return str(json.load(reply)["access"])
