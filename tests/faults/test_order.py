"""R3: no upload is acknowledged before its bytes, its name and its row are flushed, in this order, as the kernel sees it."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.faults.test_full_disk import House, as_json, as_output, by_path, form, made_job, raw
from tests.faults.test_kill import run
from tests.process import ServerProcess

SETTINGS = {"ADDENDA_ADMIN_PASSWORD": "correct horse battery"}
CALLS = "trace=fsync,fdatasync,link,linkat,rename,renameat,renameat2,sendto,sendmsg,write"
STEPS = {
    "bytes": r"f(?:data)?sync\(\d+<[^>]*/tmp/[0-9a-f]{32}\.part>",
    "name": r"link(?:at)?\(.*\.part\"",
    "folder": r"fsync\(\d+<[^>]*/blobs/[0-9a-f]{2}>",
    "row": r"f(?:data)?sync\(\d+<[^>]*db\.sqlite3-wal>",
    "reply": r"(?:sendto|sendmsg|write)\(\d+<[^>]*>, .{0,40}\"HTTP/1\.1 20",
}

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with ServerProcess(tmp_path / "instance", SETTINGS, patience=120) as server, requests.Session() as session:
        token = run(server.instance, "token", "add", "admin").stdout.strip()
        session.headers["Authorization"] = f"Bearer {token}"
        yield House(server, session)


def test_bytes_then_name_then_row_then_the_reply(house: House, tmp_path: Path) -> None:
    number, actions = made_job(house)
    places = {"raw": house.begun(actions), "form": house.begun(actions)}
    seen = {}
    for upload in (raw, form, by_path, as_json, as_output):
        with traced(house.server.pids(), tmp_path / f"{upload.__name__}.trace") as trace:
            assert upload(house, number, places).status_code == 200
        seen[upload.__name__] = order_of(trace.read_text(errors="replace"))
    assert set(map(tuple, seen.values())) == {tuple(STEPS)}


@contextmanager
def traced(pids: Sequence[int], trace: Path) -> Iterator[Path]:
    """Write down the calls of these processes and of all their threads."""
    targets = [word for pid in pids for word in ("-p", str(pid))]
    command = ["strace", "-f", "-y", "-s", "200", "-e", CALLS, "-o", str(trace), *targets]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        while b"attached" not in process.stderr.readline():
            pass
        time.sleep(1.0)  # until it has them all
        yield trace
        time.sleep(0.5)
        process.terminate()


def order_of(trace: str) -> list[str]:
    """Return the steps in the order in which each came first after the one before, and every further reply."""
    found, rest = [], trace
    for name, pattern in STEPS.items():
        match = re.search(pattern, rest)
        if match is not None:
            found.append(name)
            rest = rest[match.end() :]
    return found + ["reply"] * (len(re.findall(STEPS["reply"], trace)) - 1)
