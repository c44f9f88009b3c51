"""Killing the server while the worker looks at pictures loses none of them; the rows are the truth, not the queue."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
import requests

from tests import pictures
from tests.cast import OWNER, PASSWORD
from tests.conftest import sqlite_instance
from tests.process import ServerProcess

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

MANY = 8


def upload_many(server: ServerProcess) -> None:
    """Upload and claim many pictures, each of which takes the worker a while."""
    picture = pictures.jpeg(3000, 2000)
    with requests.Session() as session:
        asked = {"session": {"app_bundle_id": "com.thundermaps.main", "email": OWNER.name, "password": PASSWORD}}
        token = session.post(f"{server.url}/api/v4/session", json=asked, timeout=60).json()["session"]["access_token"]
        session.headers["Authorization"] = f"Token token={token}"
        address = f"{server.url}/api/v4/file_attachments"
        form = session.get(f"{address}/upload_authorization?content_type=image/jpeg", timeout=60).json()
        prefix, fields, url = (form["upload_authorization"][name] for name in ("key_prefix", "fields", "url"))
        keys = [f"{prefix}{number}.jpg" for number in range(MANY)]
        sent = [session.post(url, data={**fields, "key": key}, files={"file": picture}, timeout=60) for key in keys]
        claimed = [session.post(address, json={"key": key}, timeout=60) for key in keys]
    assert {reply.status_code for reply in sent} == {201}
    assert {reply.status_code for reply in claimed} <= {200, 202}


def states(instance: Path) -> Counter[str]:
    """Count the attachments in each state."""
    with closing(sqlite3.connect(instance / "db.sqlite3")) as database:
        return Counter(state for (state,) in database.execute("SELECT state FROM attachment"))


def settled(instance: Path, patience: float = 150.0) -> Counter[str]:
    """Wait until the worker has looked at everything."""
    deadline = time.monotonic() + patience
    while states(instance)["ready"] < MANY and time.monotonic() < deadline:
        time.sleep(0.2)
    return states(instance)


def pictures_of(instance: Path) -> tuple[int, int]:
    """Count the smaller pictures, and those of their files that lie in the store."""
    with closing(sqlite3.connect(instance / "db.sqlite3")) as database:
        statement = "SELECT key FROM blob JOIN rendition ON rendition.blob_id = blob.id"
        keys = [key for (key,) in database.execute(statement)]
    return len(keys), sum((instance / "blobs" / key[:2] / key).is_file() for key in keys)


@pytest.mark.parametrize("queue_is_lost", [False, True])
def test_a_killed_server_goes_on_where_it_was(tmp_path: Path, sqlite_template: Path, queue_is_lost: bool) -> None:
    instance = tmp_path / "instance"
    sqlite_instance(instance, sqlite_template)
    server = ServerProcess(instance, {"ADDENDA_DISK_RESERVE": "0 B"}, patience=60.0).start()
    upload_many(server)
    server.kill()
    left = states(instance)
    assert left.total() == MANY
    assert left["ready"] < MANY
    for path in instance.glob("queue.sqlite3*" if queue_is_lost else "none"):
        path.unlink()
    with ServerProcess(instance, {"ADDENDA_DISK_RESERVE": "0 B"}, patience=60.0):
        assert settled(instance) == {"ready": MANY}
    assert pictures_of(instance) == (2 * MANY, 2 * MANY)
