"""Sudden death while many outputs share their commits: none that was acknowledged is lost (RELIABILITY R1, DECISIONS 18)."""

from __future__ import annotations

import hashlib
import json
import random
from itertools import count
from pathlib import Path

import pytest
import requests

from tests.cast import PASSWORD
from tests.conftest import sqlite_instance
from tests.faults.ledger import Entry, Ledger, Uploader, kill_amid
from tests.faults.test_kill import run
from tests.process import ServerProcess

CLIENTS = 8
SIZE = 16 * 1024  # bytes
SETTINGS = {"ADDENDA_DISK_RESERVE": "0 B"}
SOUND: dict[str, list[str]] = {"missing": [], "corrupt": [], "orphaned": []}

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]


class Worker(Uploader):
    """A client that adds outputs to one job, each under a name of its own, until the server dies."""

    names = count(1)

    def content(self) -> bytes:
        """Return the bytes of one output."""
        return self.random.randbytes(SIZE)


def add_output(client: Uploader, content: bytes) -> str:
    """Add an output and return the address that gives it back."""
    path = f"{client.parent}/{next(Worker.names)}/txt"
    client.send("POST", path, 200, data=content, headers={"Content-Type": "application/data"})
    return path


@pytest.fixture
def instance(tmp_path: Path, sqlite_template: Path) -> Path:
    sqlite_instance(tmp_path / "instance", sqlite_template)
    return tmp_path / "instance"


@pytest.fixture
def token(instance: Path) -> str:
    return run(instance, "token", "add", "root").stdout.strip()


@pytest.fixture
def outputs(instance: Path) -> str:
    """The address below which a job that has started takes its outputs."""
    with ServerProcess(instance, SETTINGS) as server, requests.Session() as session:
        pair = session.post(f"{server.url}/v1/auth/obtain", json={"username": "root", "password": PASSWORD}, timeout=30)
        session.headers["Authorization"] = f"Bearer {pair.json()['access']}"
        made = session.post(f"{server.url}/v1/job-templates/2/create-job", json={"input_values": {}}, timeout=30)
        node = session.post(
            f"{server.url}/v1/nodes/create", json={"ip": "10.0.0.1", "index": 0, "cpu_mem": 1}, timeout=30
        )
        session.headers["Node-Id"] = str(node.json()["pk"])
        job = f"/v1/jobs/{made.json()['pk']}"
        session.get(f"{server.url}{job}/acquire", timeout=30).raise_for_status()
        session.post(f"{server.url}{job}/start", json={"send_notification": "none"}, timeout=30).raise_for_status()
    return f"{job}/outputs"


@pytest.mark.parametrize("rounds", [3, pytest.param(50, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])])
def test_no_acknowledged_output_is_lost(instance: Path, token: str, outputs: str, rounds: int) -> None:
    promised: list[Entry] = []
    chance = random.Random(11)
    for number in range(rounds):
        promised += one_round(instance, token, outputs, seed=100 * number, seconds=chance.uniform(0.0, 0.7))
    with ServerProcess(instance, SETTINGS) as server, requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {token}"
        assert [entry for entry in promised if digest_of(session, server.url + entry.path) != entry.sha256] == []
        assert listed(session, server.url) >= {entry.path.split("/")[-2] for entry in promised}
    assert list((instance / "tmp").iterdir()) == []
    found = json.loads(run(instance, "verify", "--json").stdout)
    assert {name: found[name] for name in SOUND} == SOUND
    assert found["checked"] >= len(promised) >= rounds * CLIENTS


def one_round(instance: Path, token: str, outputs: str, seed: int, seconds: float) -> list[Entry]:
    """Serve, add outputs with all clients, kill in the middle; return what was acknowledged."""
    ledger = Ledger()
    with ServerProcess(instance, SETTINGS) as server:
        assert list((instance / "tmp").iterdir()) == []
        clients = [Worker(server.url, token, outputs, [add_output], ledger, seed + n) for n in range(CLIENTS)]
        kill_amid(server, clients, ledger, seconds)
    return ledger.entries


def digest_of(session: requests.Session, url: str) -> str:
    """Return the SHA-256 of what is to be had at an address."""
    reply = session.get(url, timeout=30)
    assert reply.status_code == 200, f"{url}: {reply.status_code}"
    return hashlib.sha256(reply.content).hexdigest()


def listed(session: requests.Session, url: str) -> set[str]:
    """Return the names of all outputs, as a worker lists them."""
    return {row["name"] for row in session.post(f"{url}/v1/job-outputs/list", timeout=60).json()}
