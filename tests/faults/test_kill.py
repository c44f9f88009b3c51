"""Sudden death in the middle of uploads: nothing acknowledged is lost, nothing half-written stays (RELIABILITY R1)."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.cast import PASSWORD
from tests.faults.ledger import Entry, Ledger, Upload, Uploader, kill_amid
from tests.process import ServerProcess

ROOT = Path(__file__).parents[2]
ROUNDS = 10
CLIENTS = 8
ROUND_SECONDS = (0.0, 1.0)  # after as many acknowledged uploads as there are clients


def raw(client: Uploader, content: bytes) -> str:
    """Create an attachment and give it its bytes as a raw body."""
    made = client.send("POST", client.parent, 201, json={"type": "file", "name": "raw.bin"}).json()
    path = f"{client.parent}/{made['id']}/action-attachment-file-contents"
    client.send("PUT", path, 200, data=content or b"\0", headers={"Content-Type": "application/octet-stream"})
    return path if content else ""


def form(client: Uploader, content: bytes) -> str:
    """Create an attachment and give it its bytes as a form."""
    made = client.send("POST", client.parent, 201, json={"type": "file", "name": "form.bin"}).json()
    path = f"{client.parent}/{made['id']}/action-attachment-file-contents"
    client.send("PUT", path, 200, files={"file": ("form.bin", content)})
    return path


def stored(client: Uploader, content: bytes) -> str:
    """Put a file into the file store."""
    made = client.send("POST", "/api/files", 201, files={"file": ("stored.bin", content)}).json()
    return f"/api/files/{made['id']}/download"


STYLES: list[Upload] = [raw, form, stored]


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    return tmp_path / "instance"


@pytest.fixture
def token(instance: Path) -> str:
    run(instance, "user", "add", "ada", "--role", "editor", "--password-stdin", stdin=PASSWORD)
    return run(instance, "token", "add", "ada").stdout.strip()


@pytest.fixture
def parent(instance: Path, token: str) -> str:
    with ServerProcess(instance) as server:
        headers = {"Authorization": f"Bearer {token}"}
        job = requests.post(f"{server.url}/api/jobs", json={"type": "email", "name": "R1"}, headers=headers, timeout=10)
        actions = f"/api/jobs/{job.json()['id']}/actions"
        made = requests.post(server.url + actions, json={"type": "save-files"}, headers=headers, timeout=10)
    return f"{actions}/{made.json()['id']}/attachments"


@pytest.mark.faults
@pytest.mark.timeout(300)
def test_killing_the_server_loses_nothing_that_was_acknowledged(instance: Path, token: str, parent: str) -> None:
    promised: list[Entry] = []
    chance = random.Random(7)
    for number in range(ROUNDS):
        promised += one_round(instance, token, parent, seed=100 * number, seconds=chance.uniform(*ROUND_SECONDS))
    with ServerProcess(instance) as server:
        assert [entry for entry in promised if content_of(server.url, token, entry) != entry.sha256] == []
    assert list((instance / "tmp").iterdir()) == []
    found = run(instance, "verify", "--json")
    assert json.loads(found.stdout) | {"checked": 0, "size": 0} == {
        "checked": 0,
        "size": 0,
        "missing": [],
        "corrupt": [],
        "orphaned": [],
    }
    assert len(promised) >= ROUNDS


def one_round(instance: Path, token: str, parent: str, seed: int, seconds: float) -> list[Entry]:
    """Serve, upload with all clients, kill in the middle; return what was acknowledged."""
    ledger = Ledger()
    with ServerProcess(instance) as server:
        assert list((instance / "tmp").iterdir()) == []
        clients = [Uploader(server.url, token, parent, STYLES, ledger, seed + n) for n in range(CLIENTS)]
        kill_amid(server, clients, ledger, seconds)
    return [entry for entry in ledger.entries if entry.path]


def content_of(url: str, token: str, entry: Entry) -> str:
    reply = requests.get(url + entry.path, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    assert reply.status_code == 200, f"{entry.path}: {reply.status_code}"
    return hashlib.sha256(reply.content).hexdigest()


def run(instance: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "ADDENDA_INSTANCE": str(instance)}
    return subprocess.run(
        [sys.executable, "-m", "cli", *words],
        input=stdin,
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
