"""The API on a real server: the public framework's steps, tokens across a restart, and what base64 costs in memory."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.process import CHECKOUT, ServerProcess

MIB = 1024 * 1024
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    instance = tmp_path_factory.mktemp("alloy") / "instance"
    environment = {"ADDENDA_ADMIN_PASSWORD": PASSWORD, "ADDENDA_DISK_RESERVE": "0 B"}
    with ServerProcess(instance, environment) as running:
        yield running


def addenda(server: ServerProcess, *arguments: str) -> dict[str, str]:
    """Run one command of `addenda` on the server's instance and return what it prints as JSON."""
    environment = {**os.environ, "ADDENDA_INSTANCE": str(server.instance)}
    done = subprocess.run(
        [sys.executable, "-m", "cli", *arguments, "--json"],
        cwd=CHECKOUT, env=environment, capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    answer: dict[str, str] = json.loads(done.stdout)
    return answer


def bearer(server: ServerProcess) -> dict[str, str]:
    grant = {"grant_type": "password", "username": "admin", "password": PASSWORD}
    token = requests.post(f"{server.url}/api/token", data=grant, timeout=30).json()
    return {"Authorization": f"{token['token_type']} {token['access_token']}"}


def test_the_public_framework_finds_a_computer_and_puts_a_file_on_it(server: ServerProcess, tmp_path: Path) -> None:
    application = addenda(server, "app", "add", "inventory")
    addenda(server, "record-type", "add", "Computer", "--prefix", "C", "--field", "Serial_Number")
    addenda(server, "record", "add", "Computer", "--title", "Desk 4", "--fields", '{"Serial_Number": "XK-7"}')
    report = tmp_path / "report.html"
    report.write_bytes(b"<p>all well</p>")
    done = subprocess.run(
        [sys.executable, "-m", "tests.alloy.framework", f"{server.url}/alloy/api", "XK-7", str(report)],
        cwd=CHECKOUT, input=json.dumps(application), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    listed = requests.get(f"{server.url}/alloy/api/Object/C000001/Attachments", headers=bearer(server), timeout=30)
    assert [row[1:4] for row in listed.json()["responseObject"]["Data"]] == [
        ["Inventory report", "report.html", "File"]
    ]


def test_a_token_outlives_a_restart(tmp_path: Path) -> None:
    environment = {"ADDENDA_ADMIN_PASSWORD": PASSWORD, "ADDENDA_DISK_RESERVE": "0 B"}
    with ServerProcess(tmp_path / "instance", environment) as server:
        token = bearer(server)
        server.stop()
        server.start()
        assert requests.get(f"{server.url}/api/v2/profile", headers=token, timeout=30).json()["success"] is True


def test_curl_puts_lists_and_downloads(server: ServerProcess, tmp_path: Path) -> None:
    created = addenda(server, "record", "add", "Job", "--title", "Nightly report")
    token = bearer(server)["Authorization"]
    address = f"{server.url}/api/v2//object/{created['oid']}/attachments"
    curl = ["curl", "-sS", "-H", f"Authorization: {token}", "-H", "Expect: 100-continue"]
    body = json.dumps({"FileName": "Größe.txt", "Data": base64.b64encode(b"north face").decode()})
    put = subprocess.run([*curl, "-X", "PUT", "-d", body, address], capture_output=True, check=True, timeout=30)
    assert put.stdout == b'{"success":true,"errorCode":0,"errorText":"","responseObject":null}'
    listed = subprocess.run([*curl, address], capture_output=True, check=True, timeout=30)
    guid = json.loads(listed.stdout)["responseObject"]["Data"][0][0]
    target = tmp_path / "download"
    subprocess.run([*curl, "-g", "-o", str(target), f"{address}/{guid}/download"], check=True, timeout=30)
    assert target.read_bytes() == b"north face"


def test_a_body_over_the_limit_is_refused_in_the_envelope(server: ServerProcess) -> None:
    created = addenda(server, "record", "add", "Job", "--title", "Too much")
    address = f"{server.url}/api/v2/Object/{created['oid']}/Attachments"
    body = b'{"FileName":"a","Data":"' + b"A" * (65 * MIB) + b'"}'
    response = requests.put(address, data=body, headers=bearer(server), timeout=60)
    assert (response.status_code, response.json()["errorCode"]) == (413, 111)


@pytest.fixture
def lean_server(tmp_path: Path) -> Iterator[ServerProcess]:
    environment = {"ADDENDA_ADMIN_PASSWORD": PASSWORD, "ADDENDA_DISK_RESERVE": "0 B"}
    arguments = ("-m", "cli", "serve", "--port", "0", "--workers", "1")
    with ServerProcess(tmp_path / "instance", environment, arguments) as running:
        yield running


def test_base64_costs_little_more_memory_than_its_text(lean_server: ServerProcess) -> None:
    server = lean_server
    created, token = addenda(server, "record", "add", "Job", "--title", "Big"), bearer(server)
    address = f"{server.url}/api/v2/Object/{created['oid']}/Attachments"
    content = os.urandom(MIB) * 47
    body = json.dumps({"FileName": "big.bin", "Data": base64.b64encode(content).decode()}).encode()
    requests.get(address, headers=token, timeout=30)
    before = server.peak_memory()
    stored = requests.put(address, data=body, headers=token, timeout=120)
    assert stored.json()["success"] is True
    assert growth(before, server.peak_memory()) <= 2.5 * len(body)
    guid = requests.get(address, headers=token, timeout=30).json()["responseObject"]["Data"][0][0]
    served = requests.get(f"{address}/{guid}/content", headers=token, timeout=120)
    assert int(served.headers["Content-Length"]) == len(served.content)
    returned = base64.b64decode(served.json()["responseObject"]["Data"])
    assert hashlib.sha256(returned).digest() == hashlib.sha256(content).digest()


def test_serving_base64_costs_no_more_than_some_pieces(lean_server: ServerProcess) -> None:
    server = lean_server
    created, token = addenda(server, "record", "add", "Job", "--title", "Big"), bearer(server)
    path = f"api/v2/Object/{created['oid']}/Attachments"
    body = {"FileName": "big.bin", "Data": base64.b64encode(bytes(24 * MIB)).decode()}
    requests.put(f"{server.url}/{path}", json=body, headers=token, timeout=120)
    guid = requests.get(f"{server.url}/{path}", headers=token, timeout=30).json()["responseObject"]["Data"][0][0]
    server.stop()
    server.start()
    requests.get(f"{server.url}/{path}", headers=token, timeout=30)
    before = server.peak_memory()
    served = requests.get(f"{server.url}/{path}/{guid}/content", headers=token, timeout=120)
    assert len(served.content) > 32 * MIB
    assert growth(before, server.peak_memory()) <= 16 * MIB


def growth(before: dict[int, int], after: dict[int, int]) -> int:
    """Return by how many bytes the process that grew most has grown."""
    return max(after[pid] - before[pid] for pid in before)
