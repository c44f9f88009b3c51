"""R6: on a full disk uploads are refused in every dialect, everything can be read and deleted, and room comes back."""

from __future__ import annotations

import base64
import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import requests

from tests.cast import PASSWORD
from tests.process import CHECKOUT, ServerProcess

MB = 1024 * 1024
BIG = b"x" * (4 * MB)
SETTINGS = {"ADDENDA_DISK_RESERVE": "2 MiB", "ADDENDA_ADMIN_PASSWORD": PASSWORD}
SMALL = ("-m", "tests.faults.small_disk", "48m", "serve", "--port", "0")
Places = Mapping[str, str]
TUS = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(600)]


@dataclass
class House:
    """A server on a small disk, and an administrator who speaks all of its APIs with one token."""

    server: ServerProcess
    http: requests.Session

    def ask(self, method: str, path: str, **more: object) -> requests.Response:
        """Send a request."""
        return self.http.request(method, self.server.url + path, timeout=60, **more)  # type: ignore[arg-type]  # as given

    def begun(self, actions: str) -> str:
        """Make an attachment without bytes and return the address that takes them."""
        made = self.ask("POST", f"{actions}/attachments", json={"type": "file", "name": "a.bin"}).json()
        return f"{actions}/attachments/{made['id']}/action-attachment-file-contents"

    @property
    def folder(self) -> Path:
        """The instance as its processes see it."""
        return Path(f"/proc/{self.server.pid}/root{self.server.instance}")

    def fill(self) -> None:
        """Take the last byte of room."""
        with (self.folder / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
            while filler.write(b"x" * 4096):
                pass


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    instance = tmp_path / "instance"
    instance.mkdir(mode=0o700)
    with ServerProcess(instance, SETTINGS, SMALL, patience=120) as server, requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {token_in(server)}"
        yield House(server, session)


def token_in(server: ServerProcess) -> str:
    """Make a token where the server is, since nobody else sees its database."""
    enter = ["nsenter", f"--target={server.pid}", "--mount", "--user", "--preserve-credentials"]
    command = [*enter, sys.executable, "-m", "cli", "token", "add", "admin"]
    env = {**os.environ, "ADDENDA_INSTANCE": str(server.instance)}
    done = subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()


def test_a_full_disk_is_a_clear_refusal_and_can_be_left(house: House) -> None:
    number, actions = made_job(house)
    kept = house.ask("POST", f"/jsonapi/records/Job/{number}/attachments/content/kept.bin", data=BIG)
    purged = house.ask("POST", f"/v1/jobs/{number}/outputs/old/bin", data=BIG)
    assert (kept.status_code, purged.status_code) == (200, 200)
    places = {"raw": house.begun(actions), "form": house.begun(actions)}
    uploads = [partial(upload, house, number, places) for upload in (raw, form, by_path, as_json, as_output, resumable)]
    house.fill()

    refused = {upload.func.__name__: [upload().status_code for _ in range(5)] for upload in uploads}
    assert refused == dict.fromkeys(refused, [507] * 5)
    assert list((house.folder / "tmp").iterdir()) == []
    assert house.ask("GET", f"/jsonapi/records/Job/{number}/attachments/content/kept.bin").content == BIG
    assert [row["name"] for row in house.ask("POST", "/v1/job-outputs/list").json()] == ["old"]

    assert house.ask("DELETE", f"/jsonapi/records/Job/{number}/attachments/kept.bin").status_code == 204
    assert house.ask("DELETE", f"/v1/job-outputs/{purged.json()['pk']}/hard").status_code == 200
    (house.folder / "filler").unlink()
    house.fill()  # the little that the filler and deleting took: room comes of what was purged alone
    small = partial(house.ask, "POST", f"/jsonapi/records/Job/{number}/attachments/content/small.bin", data=b"x" * MB)
    assert taken_within(small, seconds=240)
    assert not re.search(r"failure [0-9a-f]{12} at", house.server.output())  # what a reply with 500 leaves in the log


def made_job(house: House) -> tuple[int, str]:
    """Make a job that takes outputs; return its number and the address of its built-in action."""
    made = house.ask("POST", "/v1/job-templates/2/create-job", json={"input_values": {}}).json()
    node = house.ask("POST", "/v1/nodes/create", json={"ip": "10.0.0.1", "index": 0, "cpu_mem": 1}).json()
    house.http.headers["Node-Id"] = str(node["pk"])
    house.ask("GET", f"/v1/jobs/{made['pk']}/acquire").raise_for_status()
    house.ask("POST", f"/v1/jobs/{made['pk']}/start", json={"send_notification": "none"}).raise_for_status()
    job = house.ask("GET", "/api/jobs").json()["_embedded"]["inf:job"][0]["id"]
    (actions,) = house.ask("GET", f"/api/jobs/{job}/actions").json()["_embedded"].values()
    return made["pk"], f"/api/jobs/{job}/actions/{actions[0]['id']}"


def raw(house: House, _number: int, places: Places) -> requests.Response:
    return house.ask("PUT", places["raw"], data=BIG, headers={"Content-Type": "application/octet-stream"})


def form(house: House, _number: int, places: Places) -> requests.Response:
    return house.ask("PUT", places["form"], files={"file": ("a.bin", BIG)})


def by_path(house: House, number: int, _places: Places) -> requests.Response:
    return house.ask("POST", f"/jsonapi/records/Job/{number}/attachments/content/new.bin", data=BIG)


def as_json(house: House, number: int, _places: Places) -> requests.Response:
    body = {"FileName": "a.bin", "Data": base64.b64encode(BIG).decode()}
    return house.ask("PUT", f"/api/v2/Object/J{number:06d}/Attachments", json=body)


def as_output(house: House, number: int, _places: Places) -> requests.Response:
    return house.ask("POST", f"/v1/jobs/{number}/outputs/new/bin", data=BIG)


def resumable(house: House, number: int, _places: Places) -> requests.Response:
    headers = {**TUS, "Upload-Length": str(len(BIG)), "Upload-Metadata": "filename YS5iaW4="}
    return house.ask("POST", f"/tus/records/J{number:06d}", data=BIG, headers=headers)


def taken_within(upload: Callable[[], requests.Response], seconds: float) -> bool:
    """Try to upload until it is taken; what was purged goes after a minute, and the sweep comes once a minute."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if upload().status_code == 200:
            return True
        time.sleep(3)
    return False
